/** What every kind of job gets from the process around it: a way to speak, and to know that it should stop. */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '#contract/errors.ts';
import type { WorkerMessage } from '#contract/jobs.ts';
import type { LatentAsk } from '#contract/latentTasks.ts';

export interface WorkerContext {
  send(message: WorkerMessage): void;
  /** True once the user has asked to stop, or the backend has gone. Look between steps. */
  isCancelled(): boolean;
  /** True where it should stop but will be gone on with later: what is done stays. Absent: it never is. */
  mayGoOn?(): boolean;
  /** The next question to a session, in the order they were put; null once it is to stop. Absent: nobody asks. */
  nextQuestion?(): Promise<LatentAsk | null>;
}

/** Thrown by a job that has stopped because it was asked to and has left everything in order. */
export function cancelledError(): AppError {
  return new AppError('cancelled', 'Stopped as asked.');
}

/** Where something was thrown, without its words, which may name files: for logs. */
export function framesOf(thrown: unknown): string[] {
  return thrown instanceof Error ? (thrown.stack?.match(/^ {4}at .*$/gm) ?? []) : [];
}

/** Files between two words about how far the headers of a folder have been read. */
const filesBetween = 200;

/** Tells how far the headers of DICOM files have been read; throws AppError 'cancelled' when that is wanted. */
export function headerWatch(context: WorkerContext): (done: number, total: number) => Promise<void> {
  return async (done, total) => {
    if (done % filesBetween !== 0) return;
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) throw cancelledError();
    const note = 'Reading the headers of DICOM files';
    context.send({ type: 'progress', progress: { done, total, unit: 'files', secondsLeft: null, note } });
  };
}
