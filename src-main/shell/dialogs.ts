/** The system's dialogs. Each gives null when the user closes it. */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dialog, type BrowserWindow } from 'electron';

const suffix = '.doppel';

export async function chooseFolder(window: BrowserWindow, title: string): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, { title, properties: ['openDirectory'] });
  return canceled ? null : (filePaths[0] ?? null);
}

export async function chooseProject(window: BrowserWindow, folder: string): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: `Open a project: choose its folder, NAME${suffix}`,
    defaultPath: folder,
    properties: ['openDirectory'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

export async function chooseProjectPath(window: BrowserWindow, folder: string, name: string): Promise<string | null> {
  mkdirSync(folder, { recursive: true });
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    title: 'Where should the project be?',
    defaultPath: join(folder, `${basename(name, suffix)}${suffix}`),
    buttonLabel: 'Create',
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  if (canceled || filePath === '') return null;
  return filePath.endsWith(suffix) ? filePath : `${filePath}${suffix}`;
}

export type Closing = 'stop' | 'finish' | 'stay';

/** What becomes of the jobs when the window closes. */
export async function askAboutJobs(window: BrowserWindow, jobs: number): Promise<Closing> {
  const choices: readonly Closing[] = ['finish', 'stop', 'stay'];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Doppel',
    message: jobs === 1 ? 'A job is still running.' : `${String(jobs)} jobs are still running or waiting.`,
    detail:
      'Keep it running: Doppel closes its window and ends when the work is done. Until then the project can be looked at, ' +
      'but not changed.\n\nStop: a training keeps a checkpoint and can be resumed later.',
    buttons: ['Keep running in the background', 'Stop and keep a checkpoint', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return choices[response] ?? 'stay';
}
