/** Brings a project's database to the newest form: numbered, append-only SQL files, each applied in a transaction. */
import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** 'Dopp' in ASCII: marks an SQLite file as a project of ours (header bytes 68 to 71). */
export const applicationId = 0x446f7070;

const folder = new URL('./migrations/', import.meta.url);
const migrationName = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** The migration files in order: version n is the n-th. */
function migrationFiles(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => migrationName.test(name))
    .sort();
}

/** The version this program writes. */
export function newestVersion(): number {
  return migrationFiles().length;
}

export function readVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Applies what is missing up to `newestVersion()`. A failing file leaves the version before it untouched. */
export function migrate(db: Database.Database): void {
  for (const [index, name] of migrationFiles().entries()) {
    const version = index + 1;
    if (version <= readVersion(db)) continue;
    const sql = readFileSync(new URL(name, folder), 'utf8');
    const apply = db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${String(version)}`);
    });
    apply.exclusive();
  }
}
