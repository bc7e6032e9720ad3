/** Opens the database of a project: for its owner to write, or for an observer to read while another process writes. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#contract/errors.ts';
import { applicationId, migrate, newestVersion, readVersion } from './migrate.ts';
import { describeSqliteError } from './sqliteErrors.ts';

export type Connection = Database.Database;

export const databaseName = 'project.sqlite';

/** An owner waits this long for a reader's short lock. */
const busyTimeoutMs = 5000;

const newerError = (projectDir: string, version: number): AppError =>
  new AppError(
    'project-newer',
    `${projectDir} was written by a newer Doppel (database version ${String(version)}, this one knows up to ${String(newestVersion())}). Nothing was changed. Update Doppel to open it.`,
  );

const notOursError = (projectDir: string, what: string): AppError =>
  new AppError('project-damaged', `${projectDir} is not a Doppel project: its ${databaseName} ${what}.`);

interface DatabaseMark {
  readonly version: number;
  readonly applicationId: number;
}

/**
 * Version and mark from the first bytes of the file (SQLite file format, section 1.3), without SQLite, which would
 * leave files beside it. Only without a write-ahead log: with one, the newest header may be there.
 */
function readMarkFromHeader(file: string, projectDir: string): DatabaseMark {
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, header, 0, header.length, 0);
    if (length < header.length || header.toString('latin1', 0, 15) !== 'SQLite format 3') {
      throw notOursError(projectDir, length === 0 ? 'is empty' : 'is not an SQLite database');
    }
  } finally {
    closeSync(descriptor);
  }
  return { version: header.readInt32BE(60), applicationId: header.readInt32BE(68) };
}

function readMarkFromDatabase(file: string): DatabaseMark {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  try {
    return { version: readVersion(db), applicationId: Number(db.pragma('application_id', { simple: true })) };
  } finally {
    db.close();
  }
}

/**
 * Looks, and writes nothing: is this a project this program can open? Returns its database version.
 * Throws `not-found`, `project-damaged` or `project-newer`.
 */
export function inspectProject(projectDir: string): number {
  const file = join(projectDir, databaseName);
  if (!existsSync(projectDir)) {
    throw new AppError(
      'not-found',
      `There is no project at ${projectDir}. Create it with: doppel project create ${projectDir}`,
    );
  }
  if (!statSync(projectDir).isDirectory())
    throw new AppError('project-damaged', `${projectDir} is a file, not a project folder.`);
  if (!existsSync(file))
    throw new AppError('project-damaged', `${projectDir} is not a Doppel project: it has no ${databaseName}.`);
  try {
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
    const mark = log !== undefined && log.size > 0 ? readMarkFromDatabase(file) : readMarkFromHeader(file, projectDir);
    if (mark.applicationId !== applicationId) throw notOursError(projectDir, 'belongs to another program');
    if (mark.version > newestVersion()) throw newerError(projectDir, mark.version);
    return mark.version;
  } catch (thrown) {
    throw describeSqliteError(thrown, projectDir);
  }
}

/** A connection that writes, migrated to the newest version. The caller holds the project's lock and closes it. */
export function openForOwner(projectDir: string): Connection {
  try {
    const db = new Database(join(projectDir, databaseName), { timeout: busyTimeoutMs });
    try {
      db.pragma('journal_mode = WAL');
      // A power cut may lose the last moments in this mode, never the consistency of the file.
      db.pragma('synchronous = NORMAL');
      db.pragma('foreign_keys = ON');
      // What is deleted is gone from the file: the truth of a sealed study, for one.
      db.pragma('secure_delete = ON');
      migrate(db);
      return db;
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  } catch (thrown) {
    throw describeSqliteError(thrown, projectDir);
  }
}

/** A connection that only reads, beside the owner's. The caller closes it. */
export function openForObserver(projectDir: string): Connection {
  try {
    const db = new Database(join(projectDir, databaseName), {
      readonly: true,
      fileMustExist: true,
      timeout: busyTimeoutMs,
    });
    const version = readVersion(db);
    if (version === newestVersion()) return db;
    db.close();
    if (version > newestVersion()) throw newerError(projectDir, version);
    throw new AppError(
      'project-locked',
      `${projectDir} is open in an older Doppel. Close that one first; this one will then bring the project up to date.`,
    );
  } catch (thrown) {
    throw describeSqliteError(thrown, projectDir);
  }
}
