/** The closed list of error kinds that cross a process, and the one error class that carries them. */
import { z } from 'zod';

export const errorCodes = [
  'usage', // the caller's words are off
  'not-found', // a project, dataset, job, checkpoint or file that is not there
  'already-exists', // a name or folder that is taken
  'project-locked', // another process has the project open
  'project-newer', // the database was written by a newer Doppel
  'project-damaged', // the folder or database cannot be read as a project
  'bad-input', // a file whose content cannot be used
  'no-usable-scans', // an import in which nothing could be used
  'engine-missing', // TensorFlow or its binding is not there or does not load
  'out-of-memory',
  'disk-full',
  'non-finite-loss', // training left the finite numbers
  'collapsed', // a generator whose scans are all alike
  'checkpoint-damaged',
  'checkpoint-mismatch', // a checkpoint of another model, grid or configuration
  'wrong-state', // a job that cannot be cancelled or resumed as it is now
  'unfair-cue', // scans of a study that can be told apart without looking at brains
  'wrong-passphrase', // or PIN
  'worker-crashed',
  'cancelled',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export const errorShape = z.strictObject({ code: z.enum(errorCodes), message: z.string().min(1) });
export type ErrorShape = z.infer<typeof errorShape>;

/** An error the user is meant to read: what was wrong, the value seen, what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

/** The plain form of any thrown value; what is not an `AppError` becomes `internal`, system errors get their own words. */
export function toErrorShape(thrown: unknown): ErrorShape {
  if (thrown instanceof AppError) return { code: thrown.code, message: thrown.message };
  const system = thrown as { code?: unknown; message?: unknown } | null;
  if (system?.code === 'ENOSPC') {
    return {
      code: 'disk-full',
      message: 'The disk is full. Free some space and start again; nothing half-written was kept.',
    };
  }
  const message = typeof system?.message === 'string' && system.message !== '' ? system.message : String(thrown);
  return { code: 'internal', message };
}
