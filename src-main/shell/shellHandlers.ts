/** What the shell itself answers: dialogs, settings, the file manager, notifications. */
import { Notification, nativeTheme, shell, type App, type BrowserWindow } from 'electron';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { ShellCommandName, ShellInput, ShellResult } from '#contract/shell.ts';
import type { BackendProcess } from './backendProcess.ts';
import { chooseFolder, chooseProject, chooseProjectPath } from './dialogs.ts';
import type { SettingsFile } from './settingsFile.ts';

/** A command without a handler does not compile. */
export type ShellHandlers = {
  readonly [Name in ShellCommandName]: (input: ShellInput<Name>) => ShellResult<Name> | Promise<ShellResult<Name>>;
};

export interface ShellParts {
  readonly app: App;
  readonly window: BrowserWindow;
  readonly backend: BackendProcess;
  readonly settings: SettingsFile;
}

const located = z.object({ path: z.string() });

export function shellHandlers({ app, window, backend, settings }: ShellParts): ShellHandlers {
  return {
    'shell.info': () => ({
      version: app.getVersion(),
      electron: process.versions.electron,
      chrome: process.versions.chrome,
      platform: `${process.platform}-${process.arch}`,
      locale: app.getLocale(),
    }),
    'shell.chooseFolder': ({ title }) => chooseFolder(window, title),
    'shell.chooseProjectPath': ({ name }) => chooseProjectPath(window, settings.get().projectsFolder, name),
    'shell.chooseProject': () => chooseProject(window, settings.get().projectsFolder),
    'shell.revealFile': async (input) => {
      const reply = await backend.call('file.locate', input);
      if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
      shell.showItemInFolder(located.parse(reply.value).path);
      return null;
    },
    'shell.settings': () => settings.get(),
    'shell.changeSettings': (changes) => {
      const changed = settings.change(changes);
      applySettings(settings, backend);
      return changed;
    },
    'shell.notify': ({ title, body }) => {
      if (!Notification.isSupported()) return null;
      const notification = new Notification({ title, body });
      notification.on('click', () => window.show());
      notification.show();
      return null;
    },
    'shell.restartBackend': () => {
      backend.retry();
      return null;
    },
  };
}

/** What of the settings is not the page's own affair. */
export function applySettings(settings: SettingsFile, backend: BackendProcess): void {
  const { theme, threads } = settings.get();
  nativeTheme.themeSource = theme;
  backend.limitThreads(threads);
}
