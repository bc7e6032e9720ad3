/** What every kind of job gets from the process around it: a way to speak, and to know that it should stop. */
import { AppError } from '#contract/errors.ts';
import type { WorkerMessage } from '#contract/jobs.ts';

export interface WorkerContext {
  send(message: WorkerMessage): void;
  /** True once the user has asked to stop, or the backend has gone. Look between steps. */
  isCancelled(): boolean;
}

/** Thrown by a job that has stopped because it was asked to and has left everything in order. */
export function cancelledError(): AppError {
  return new AppError('cancelled', 'Stopped as asked.');
}
