/** Any thrown value as the error that crosses processes. */
import { AppError, toErrorShape, type ErrorShape } from '#contract/errors.ts';
import { describeSqliteError } from './store/sqliteErrors.ts';

/** The system's words for: you may not write here. */
const refusals: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** A write that the system refuses is told as such; anything else is returned as it is. */
function describeRefusal(thrown: unknown, projectDir: string): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || !refusals.has(String(thrown.code))) return thrown;
  return new AppError(
    'project-damaged',
    `${projectDir} cannot be written (${thrown.message}). Check that you may write there; to look at a project that is read-only, copy it first.`,
    { cause: thrown },
  );
}

export function describeError(thrown: unknown, projectDir: string): ErrorShape {
  return toErrorShape(describeSqliteError(describeRefusal(thrown, projectDir), projectDir));
}
