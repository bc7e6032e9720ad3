/** What a shell learns of how a command ended. */
import type { ErrorCode } from '#contract/errors.ts';
import type { JobState } from '#contract/records.ts';

export const exitCodes = { success: 0, failure: 1, usage: 2, cancelled: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Tells how a command ended; without a word it has succeeded. */
export type EndWith = (code: ExitCode) => void;

export function exitCodeOfError(code: ErrorCode): ExitCode {
  if (code === 'usage') return exitCodes.usage;
  return code === 'cancelled' ? exitCodes.cancelled : exitCodes.failure;
}

export function exitCodeOfJob(state: JobState): ExitCode {
  if (state === 'succeeded') return exitCodes.success;
  return state === 'cancelled' || state === 'paused' ? exitCodes.cancelled : exitCodes.failure;
}
