/**
 * One process owns a project at a time. The owner keeps an exclusive transaction open on a second, empty SQLite file
 * for as long as it lives: the kernel releases that lock with the process, however it ends, so no lock is ever stale.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { describeSqliteError } from './sqliteErrors.ts';

export const lockName = 'lock.sqlite';
/** Who owns the project, in words for the others; the lock itself is `lock.sqlite`. */
export const ownerName = 'owner.json';

const retryMs = 50;
const ownerNote = z.object({ pid: z.int(), since: z.string() });

/** The driver closes a connection nobody refers to, and the lock would go with it: it ends by `release` alone. */
const held = new Set<Database.Database>();

export interface OwnerLock {
  release(): void;
}

/** The lock, or null when another process has it. */
function tryLock(projectDir: string): OwnerLock | null {
  try {
    const db = new Database(join(projectDir, lockName), { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (thrown) {
      db.close();
      if (thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_BUSY')) return null;
      throw thrown;
    }
    const note = join(projectDir, ownerName);
    try {
      writeFileSync(note, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
    } catch (thrown) {
      db.close();
      throw thrown;
    }
    held.add(db);
    return {
      release: () => {
        rmSync(note, { force: true });
        held.delete(db);
        db.close();
      },
    };
  } catch (thrown) {
    throw describeSqliteError(thrown, projectDir);
  }
}

function describeOwner(projectDir: string): string {
  try {
    const note = ownerNote.parse(JSON.parse(readFileSync(join(projectDir, ownerName), 'utf8')));
    return ` (process ${String(note.pid)}, since ${note.since.slice(0, 16).replace('T', ' ')} UTC)`;
  } catch {
    return ''; // The note is a courtesy: without it the message is shorter.
  }
}

/** Throws `project-locked` when the lock is not to be had within `waitMs`. */
export async function acquireLock(projectDir: string, waitMs: number): Promise<OwnerLock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryLock(projectDir);
    if (lock !== null) return lock;
    if (performance.now() >= deadline) break;
    await sleep(retryMs);
  }
  throw new AppError(
    'project-locked',
    `${projectDir} is open in another Doppel${describeOwner(projectDir)}. Close its window, or wait for its job to end, or stop that with: doppel job cancel JOB. Until then this project can be looked at (job list, job show, dataset show), not changed.`,
  );
}
