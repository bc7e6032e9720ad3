/** Words for a worker that ended without a last word. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { ErrorShape } from '#contract/errors.ts';
import type { WorkerEnd } from './workerProcess.ts';

const tailCharacters = 400;
/** What the engine says whenever it starts. */
const startWords =
  /before absl::InitializeLog|oneDNN custom operations are on|rebuild TensorFlow with the appropriate compiler flags/;
const outOfMemoryWords = /heap out of memory|bad_alloc|cannot allocate memory|OOM when allocating/i;

function readTail(logFile: string): string {
  try {
    const lines = readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => !startWords.test(line));
    return lines.join('\n').trimEnd().slice(-tailCharacters).trimStart();
  } catch {
    return ''; // It printed nothing.
  }
}

/** A process ended by a signal inside a shell-like wrapper shows 128 + the signal's number. */
function signalOf({ signal, exitCode }: WorkerEnd): string | null {
  if (signal !== null) return signal;
  const number = (exitCode ?? 0) - 128;
  const entry = Object.entries(constants.signals).find(([, value]) => value === number);
  return entry?.[0] ?? null;
}

/** Whether the system ended the process, which it does where memory runs short. */
export function isEndedBySystem(end: WorkerEnd): boolean {
  return end.final === null && !end.wasKilled && signalOf(end) === 'SIGKILL';
}

/** `logFile`: what the process printed; `afterwards`: what the user can do now, a sentence. */
export function describeCrash(end: WorkerEnd, logFile: string, afterwards: string): ErrorShape {
  const signal = signalOf(end);
  const tail = readTail(logFile);
  const how = signal === null ? `with exit code ${String(end.exitCode)}` : `by signal ${signal}`;
  const isMemory = outOfMemoryWords.test(tail);
  const why =
    isMemory || isEndedBySystem(end)
      ? ' Most often that means that the memory ran out: close other programs, or take a smaller grid or batch.'
      : '';
  const words = tail === '' ? '' : ` Its last words: ${tail}`;
  return {
    code: isMemory ? 'out-of-memory' : 'worker-crashed',
    message: `The worker process ended unexpectedly ${how}.${why}${afterwards === '' ? '' : ` ${afterwards}`}${words}`,
  };
}
