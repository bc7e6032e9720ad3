/**
 * The application's menu: the pages, and what belongs to the window itself. Every item has words of ours, since those of
 * Electron's roles are English in any language; the roles bring what an item does and its accelerator.
 */
import { Menu, shell, type MenuItemConstructorOptions } from 'electron';
import { pageNames, type PageName } from '#contract/shell.ts';
import type { ShellWords } from './words.ts';

type Item = MenuItemConstructorOptions;

export interface MenuParts {
  readonly words: ShellWords;
  readonly logFile: string;
  /** Whether to show what only developers need. */
  readonly isDevelopment: boolean;
  onPage(page: PageName): void;
}

const line: Item = { type: 'separator' };

export function setMenu(parts: MenuParts): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuFor(process.platform, parts)));
}

/** On macOS, what belongs to the application stands in its own menu, and windows are gathered in theirs. */
function menuFor(platform: NodeJS.Platform, parts: MenuParts): Item[] {
  const isMac = platform === 'darwin';
  const { words } = parts;
  const { menu } = words;
  const settings: Item = {
    label: menu.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => parts.onPage('settings'),
  };
  const about: Item = { label: menu.about, role: 'about' };
  const quit: Item = { label: menu.quit, role: 'quit', accelerator: 'CmdOrCtrl+Q' };
  const close: Item = { label: menu.close, role: 'close' };
  return [
    ...(isMac ? [applicationMenu(words, { about, settings, quit })] : []),
    { label: menu.file, submenu: isMac ? [close] : [settings, line, close, quit] },
    editMenu(words),
    viewMenu(words, parts.isDevelopment),
    goMenu(words, parts.onPage),
    ...(isMac ? [windowMenu(words)] : []),
    {
      label: menu.help,
      role: 'help',
      submenu: [
        { label: menu.showLog, click: () => shell.showItemInFolder(parts.logFile) },
        ...(isMac ? [] : [line, about]),
      ],
    },
  ];
}

function applicationMenu(
  { app, menu }: ShellWords,
  { about, settings, quit }: { readonly about: Item; readonly settings: Item; readonly quit: Item },
): Item {
  return {
    label: app,
    submenu: [
      about,
      line,
      settings,
      line,
      { label: menu.services, role: 'services' },
      line,
      { label: menu.hide, role: 'hide' },
      { label: menu.hideOthers, role: 'hideOthers' },
      { label: menu.showAll, role: 'unhide' },
      line,
      quit,
    ],
  };
}

function editMenu({ menu }: ShellWords): Item {
  return {
    label: menu.edit,
    submenu: [
      { label: menu.undo, role: 'undo' },
      { label: menu.redo, role: 'redo' },
      line,
      { label: menu.cut, role: 'cut' },
      { label: menu.copy, role: 'copy' },
      { label: menu.paste, role: 'paste' },
      { label: menu.delete, role: 'delete' },
      line,
      { label: menu.selectAll, role: 'selectAll' },
    ],
  };
}

function viewMenu({ menu }: ShellWords, isDevelopment: boolean): Item {
  const development: Item[] = [
    line,
    { label: menu.reload, role: 'reload' },
    { label: menu.developerTools, role: 'toggleDevTools' },
  ];
  return {
    label: menu.view,
    submenu: [
      { label: menu.actualSize, role: 'resetZoom' },
      { label: menu.zoomIn, role: 'zoomIn' },
      { label: menu.zoomOut, role: 'zoomOut' },
      line,
      { label: menu.fullScreen, role: 'togglefullscreen' },
      ...(isDevelopment ? development : []),
    ],
  };
}

/** Keys have one digit. */
const mostNumbered = 9;

/** The pages by their numbers, but for the settings, which have a place of their own. */
function goMenu({ menu, page }: ShellWords, onPage: (name: PageName) => void): Item {
  const pages = pageNames.filter((name) => name !== 'settings');
  return {
    label: menu.go,
    submenu: pages.map((name, index) => ({
      label: page[name],
      ...(index < mostNumbered ? { accelerator: `CmdOrCtrl+${String(index + 1)}` } : {}),
      click: () => onPage(name),
    })),
  };
}

function windowMenu({ menu }: ShellWords): Item {
  return {
    label: menu.window,
    role: 'window',
    submenu: [
      { label: menu.minimize, role: 'minimize' },
      { label: menu.zoom, role: 'zoom' },
      line,
      { label: menu.front, role: 'front' },
    ],
  };
}
