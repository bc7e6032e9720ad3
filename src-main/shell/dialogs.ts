/** The system's dialogs. Each gives null when the user closes it. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  dialog,
  type BrowserWindow,
  type MessageBoxOptions,
  type MessageBoxReturnValue,
  type OpenDialogOptions,
  type OpenDialogReturnValue,
  type SaveDialogOptions,
  type SaveDialogReturnValue,
} from 'electron';
import { counted, fill, type ShellWords } from './words.ts';

const suffix = '.doppel';

/** A dialog belongs to the window, and stands alone when there is none. */
type Parent = BrowserWindow | null;

const showOpen = (parent: Parent, options: OpenDialogOptions): Promise<OpenDialogReturnValue> =>
  parent === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(parent, options);
const showSave = (parent: Parent, options: SaveDialogOptions): Promise<SaveDialogReturnValue> =>
  parent === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(parent, options);
const showMessage = (parent: Parent, options: MessageBoxOptions): Promise<MessageBoxReturnValue> =>
  parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options);

export async function chooseFolder(window: Parent, title: string): Promise<string | null> {
  const { canceled, filePaths } = await showOpen(window, { title, properties: ['openDirectory'] });
  return canceled ? null : (filePaths[0] ?? null);
}

/** `.gz` stands for `.nii.gz`: systems filter by the last part of a name alone. */
const scanSuffixes = ['nii', 'gz', 'mgz', 'mgh', 'hdr', 'img', 'nrrd', 'nhdr', 'mha', 'mhd'];

export async function chooseScans(window: Parent, words: ShellWords, title: string): Promise<readonly string[]> {
  const { canceled, filePaths } = await showOpen(window, {
    title,
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: words.dialog.scans, extensions: scanSuffixes },
      { name: words.dialog.anyFile, extensions: ['*'] },
    ],
  });
  return canceled ? [] : filePaths;
}

export interface FileChoice {
  readonly title: string;
  /** What such files are called. */
  readonly kind: string;
  readonly extensions: readonly string[];
}

export async function chooseFile(window: Parent, { title, kind, extensions }: FileChoice): Promise<string | null> {
  const filters = [{ name: kind, extensions: [...extensions] }];
  const { canceled, filePaths } = await showOpen(window, { title, properties: ['openFile'], filters });
  return canceled ? null : (filePaths[0] ?? null);
}

export async function chooseNewFile(window: Parent, title: string, name: string): Promise<string | null> {
  const { canceled, filePath } = await showSave(window, { title, defaultPath: name, properties: ['createDirectory'] });
  return canceled || filePath === '' ? null : filePath;
}

export interface ProjectChoice {
  readonly window: Parent;
  readonly words: ShellWords;
  /** Where the dialog begins. */
  readonly folder: string;
}

export async function chooseProject({ window, words, folder }: ProjectChoice): Promise<string | null> {
  const { canceled, filePaths } = await showOpen(window, {
    title: fill(words.dialog.chooseProject, { suffix }),
    defaultPath: folder,
    properties: ['openDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

export async function chooseProjectPath({
  window,
  words,
  folder,
  name,
}: ProjectChoice & { readonly name: string }): Promise<string | null> {
  mkdirSync(folder, { recursive: true });
  const { canceled, filePath } = await showSave(window, {
    title: words.dialog.newProject,
    defaultPath: join(folder, `${basename(name, suffix)}${suffix}`),
    buttonLabel: words.dialog.create,
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  if (canceled || filePath === '') return null;
  return filePath.endsWith(suffix) ? filePath : `${filePath}${suffix}`;
}

export type Closing = 'stop' | 'background' | 'stay';

export interface ClosingQuestion {
  readonly window: Parent;
  readonly words: ShellWords;
  /** BCP 47, for the plural. */
  readonly language: string;
  readonly jobs: number;
}

/** What becomes of the jobs when Doppel closes. */
export async function askAboutJobs({ window, words, language, jobs }: ClosingQuestion): Promise<Closing> {
  const choices: readonly Closing[] = ['background', 'stop', 'stay'];
  const { response } = await showMessage(window, {
    type: 'question',
    title: words.app,
    message: counted(words.closing.question, jobs, language),
    detail: words.closing.detail,
    buttons: choices.map((choice) => words.closing[choice]),
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return choices[response] ?? 'stay';
}

/** Whether the reader of a study leaves it now. */
export async function askAboutReading(window: Parent, { app, reading }: ShellWords): Promise<boolean> {
  const { response } = await showMessage(window, {
    type: 'question',
    title: app,
    message: reading.question,
    detail: reading.detail,
    buttons: [reading.stay, reading.leave],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
