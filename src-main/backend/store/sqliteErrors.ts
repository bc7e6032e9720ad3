/** Turns what SQLite throws into words for the user. */
import Database from 'better-sqlite3';
import { AppError } from '#contract/errors.ts';

/** SQLite's own errors get a code and words; anything else is returned as it is. */
export function describeSqliteError(thrown: unknown, projectDir: string): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  const options = { cause: thrown };
  const kind = thrown.code.split('_').slice(0, 2).join('_');
  switch (kind) {
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new AppError(
        'project-damaged',
        `The database of ${projectDir} cannot be read (${thrown.message}). Restore project.sqlite from a backup; volumes and checkpoints lie beside it as ordinary files.`,
        options,
      );
    case 'SQLITE_FULL':
      return new AppError(
        'disk-full',
        `The disk that holds ${projectDir} is full. Free some space and start again.`,
        options,
      );
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
    case 'SQLITE_IOERR':
      return new AppError(
        'project-damaged',
        `The database of ${projectDir} cannot be opened for writing (${thrown.message}). Check that the folder is on a local disk and that you may write there.`,
        options,
      );
    case 'SQLITE_BUSY':
      return new AppError(
        'project-locked',
        `The database of ${projectDir} is busy in another program. Close it and try again.`,
        options,
      );
    default:
      return thrown;
  }
}
