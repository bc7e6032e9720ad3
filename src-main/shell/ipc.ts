/** The one channel from the window: every call, checked for who sends it, to the shell or on to the backend. */
import type { IpcMain } from 'electron';
import type { Reply } from '#contract/commands.ts';
import { toErrorShape, type ErrorShape } from '#contract/errors.ts';
import { shellCommands, type ShellCommandName } from '#contract/shell.ts';
import type { BackendProcess } from './backendProcess.ts';
import type { ReadingMode } from './readingMode.ts';
import { isTrustedSender } from './security.ts';
import type { ShellHandlers } from './shellHandlers.ts';

const refuse = (error: ErrorShape): Reply<never> => ({ ok: false, error });

const isShellCommand = (name: string): name is ShellCommandName => Object.hasOwn(shellCommands, name);

async function runShell(handlers: ShellHandlers, name: ShellCommandName, input: unknown): Promise<Reply<unknown>> {
  const parsed = shellCommands[name].input.safeParse(input);
  if (!parsed.success) return refuse({ code: 'usage', message: `${name}: ${parsed.error.message}` });
  try {
    // The schema of `name` gave its input, which the compiler cannot follow through the table.
    const run = handlers[name] as (input: unknown) => unknown;
    return { ok: true, value: await run(parsed.data) };
  } catch (thrown) {
    return refuse(toErrorShape(thrown));
  }
}

interface CallParts {
  readonly ipcMain: IpcMain;
  readonly backend: BackendProcess;
  readonly handlers: ShellHandlers;
  readonly reading: ReadingMode;
}

export function answerCalls({ ipcMain, backend, handlers, reading }: CallParts): void {
  ipcMain.handle('call', (event, name: unknown, input: unknown): Reply<unknown> | Promise<Reply<unknown>> => {
    if (!isTrustedSender(event.senderFrame))
      return refuse({ code: 'usage', message: 'Only the interface of Doppel may call.' });
    if (typeof name !== 'string') return refuse({ code: 'usage', message: 'A command is called by its name.' });
    if (!reading.allowsCall(name))
      return refuse({ code: 'wrong-state', message: `A reader is at work: ${name} waits until the reading is left.` });
    return isShellCommand(name) ? runShell(handlers, name, input) : backend.call(name, input);
  });
}
