/**
 * The backend as a process of its own, beside the desktop shell that started it. It answers calls over the IPC channel
 * and ends with the shell: the jobs stop, and trainings keep a checkpoint.
 */
import { toBackendProcess, type FromBackendProcess } from '#contract/backendProcess.ts';
import type { CommandInput, CommandName } from '#contract/commands.ts';
import { createBackend } from './createBackend.ts';
import { describeFaults } from './validation.ts';

const threadsVariable = 'TF_NUM_INTRAOP_THREADS';

const givenThreads = process.env[threadsVariable];
let ending: Promise<void> | undefined;

function send(message: FromBackendProcess): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined); // a shell that is gone needs no answer
}

const backend = createBackend({ onEvent: (event) => send({ type: 'event', event }) });

function end(): Promise<void> {
  ending ??= backend.close().then(
    () => process.exit(0),
    (thrown: unknown) => {
      console.error(thrown);
      process.exit(1);
    },
  );
  return ending;
}

async function answer(id: number, name: string, input: unknown): Promise<void> {
  // The dispatch looks the name up and checks the input, whatever their types say.
  const reply = await backend.dispatch(name as CommandName, input as CommandInput<CommandName>);
  send({ type: 'reply', id, reply });
}

/** Workers inherit it when they start; what the user had set himself comes back. */
function limitThreads(threads: number | null): void {
  const value = threads === null ? givenThreads : String(threads);
  if (value === undefined) Reflect.deleteProperty(process.env, threadsVariable);
  else process.env[threadsVariable] = value;
}

process.on('message', (raw) => {
  const parsed = toBackendProcess.safeParse(raw);
  if (!parsed.success) {
    console.error(`The shell said something that is not in the contract: ${describeFaults(parsed.error, raw)}`);
    return;
  }
  const message = parsed.data;
  switch (message.type) {
    case 'call':
      void answer(message.id, message.name, message.input);
      return;
    case 'threads':
      limitThreads(message.threads);
      return;
    case 'stop':
      void end();
  }
});
process.on('disconnect', () => void end());
process.on('SIGTERM', () => void end());
process.on('SIGINT', () => void end());
send({ type: 'ready' });
