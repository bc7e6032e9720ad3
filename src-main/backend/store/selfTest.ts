/** Does SQLite work on this machine? For the doctor. */
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Writes and reads a row in write-ahead mode in `folder`; returns SQLite's version. Throws what SQLite throws. */
export function testSqlite(folder: string): string {
  const db = new Database(join(folder, 'doctor.sqlite'));
  try {
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE probe (value INTEGER) STRICT; INSERT INTO probe VALUES (42)');
    const value = db.prepare<[], number>('SELECT value FROM probe').pluck().get();
    if (value !== 42) throw new Error(`wrote 42 and read ${String(value)}`);
    return db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? 'unknown';
  } finally {
    db.close();
  }
}
