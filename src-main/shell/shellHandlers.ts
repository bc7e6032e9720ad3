/** What the shell itself answers: dialogs, settings, the file manager, notifications. */
import { shell, type App } from 'electron';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { ShellCommandName, ShellInput, ShellResult } from '#contract/shell.ts';
import type { BackendProcess } from './backendProcess.ts';
import { chooseFile, chooseFolder, chooseNewFile, chooseProject, chooseProjectPath, chooseScans } from './dialogs.ts';
import { notify } from './notify.ts';
import { printReport } from './printReport.ts';
import type { SettingsFile } from './settingsFile.ts';
import type { MainWindow } from './window.ts';
import { wordsOf, type ShellWords } from './words.ts';

/** A command without a handler does not compile. */
export type ShellHandlers = {
  readonly [Name in ShellCommandName]: (input: ShellInput<Name>) => ShellResult<Name> | Promise<ShellResult<Name>>;
};

export interface ShellParts {
  readonly app: App;
  readonly window: MainWindow;
  readonly backend: BackendProcess;
  readonly settings: SettingsFile;
  /** Called when settings that the shell itself goes by may have changed. */
  apply(): void;
}

const located = z.object({ path: z.string() });

export function shellHandlers({ app, window, backend, settings, apply }: ShellParts): ShellHandlers {
  const locate = async (input: ShellInput<'shell.revealFile'>): Promise<string> => {
    const reply = await backend.call('file.locate', input);
    if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
    return located.parse(reply.value).path;
  };
  const words = (): ShellWords => wordsOf(settings.get().language);
  return {
    'shell.info': () => ({
      version: app.getVersion(),
      electron: process.versions.electron,
      chrome: process.versions.chrome,
      platform: `${process.platform}-${process.arch}`,
      locale: app.getLocale(),
    }),
    'shell.chooseFolder': ({ title }) => chooseFolder(window.current(), title),
    'shell.chooseScans': ({ title }) => chooseScans(window.current(), words(), title),
    'shell.chooseFile': (choice) => chooseFile(window.current(), choice),
    'shell.chooseNewFile': ({ title, name }) => chooseNewFile(window.current(), title, name),
    'shell.chooseProjectPath': ({ name }) =>
      chooseProjectPath({ window: window.current(), words: words(), folder: settings.get().projectsFolder, name }),
    'shell.chooseProject': () =>
      chooseProject({ window: window.current(), words: words(), folder: settings.get().projectsFolder }),
    'shell.revealFile': async (input) => {
      shell.showItemInFolder(await locate(input));
      return null;
    },
    'shell.printReport': async (input) => ({ name: await printReport(await locate(input)) }),
    'shell.settings': () => settings.get(),
    'shell.changeSettings': (changes) => {
      const changed = settings.change(changes);
      apply();
      return changed;
    },
    'shell.notify': ({ title, body }) => {
      notify({ title, body, onClick: () => window.show() });
      return null;
    },
    'shell.projectAtWork': () => backend.jobsAlive()[0]?.project ?? null,
    'shell.setReading': ({ isOn }) => {
      window.setReading(isOn);
      return null;
    },
    'shell.restartBackend': () => {
      backend.retry();
      return null;
    },
  };
}
