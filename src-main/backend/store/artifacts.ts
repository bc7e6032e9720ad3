/**
 * The tables of what jobs leave behind: files they wrote, and one result per file they read. As they were told they are kept while the
 * project is open; of jobs that see names, those written name no file of the user's.
 */
import { artifactRecord, fileOutcome, type ArtifactRecord, type FileOutcome } from '#contract/records.ts';
import type { Job } from '#contract/jobs.ts';
import type { Connection } from './connection.ts';
import { parseRow } from './rows.ts';
import { seesNames, storedArtifactPath, storedOutcome } from './withoutIdentity.ts';

const columns = 'id, job_id AS jobId, kind, path, sha256, iteration, seed';
const fromRow = (row: unknown): ArtifactRecord => parseRow(artifactRecord, 'artifacts', row);

const kindOf = (db: Connection, jobId: string): Job['kind'] | undefined =>
  db.prepare<[string], Job['kind']>('SELECT kind FROM jobs WHERE id = ?').pluck().get(jobId);

export function artifactsIn(db: Connection) {
  /** Paths by id. */
  const told = new Map<string, string>();
  const known = (row: unknown): ArtifactRecord => {
    const record = fromRow(row);
    return { ...record, path: told.get(record.id) ?? record.path };
  };
  const countOf = (jobId: string): number =>
    db.prepare<[string], number>('SELECT count(*) FROM artifacts WHERE job_id = ?').pluck().get(jobId) ?? 0;
  return {
    /** A file of the job written again takes the place of the earlier one. */
    insert: (record: ArtifactRecord): void => {
      const kind = kindOf(db, record.jobId);
      const path =
        kind !== undefined && seesNames({ kind }) ? storedArtifactPath(record, countOf(record.jobId) + 1) : record.path;
      db.prepare<[ArtifactRecord]>(
        `INSERT OR REPLACE INTO artifacts (id, job_id, kind, path, sha256, iteration, seed)
         VALUES (@id, @jobId, @kind, @path, @sha256, @iteration, @seed)`,
      ).run({ ...record, path });
      if (path !== record.path) told.set(record.id, record.path);
    },

    /** Null where there is none. */
    pathOf: (id: string): string | null =>
      told.get(id) ?? db.prepare<[string], string>('SELECT path FROM artifacts WHERE id = ?').pluck().get(id) ?? null,

    /** In the order they were written. */
    ofJob: (jobId: string): readonly ArtifactRecord[] =>
      db.prepare<[string]>(`SELECT ${columns} FROM artifacts WHERE job_id = ? ORDER BY rowid`).all(jobId).map(known),

    list: (): readonly ArtifactRecord[] =>
      db.prepare<[]>(`SELECT ${columns} FROM artifacts ORDER BY rowid`).all().map(known),

    deleteAfter: (jobId: string, iteration: number): void => {
      db.prepare<[string, number]>('DELETE FROM artifacts WHERE job_id = ? AND iteration > ?').run(jobId, iteration);
    },

    deleteOfJob: (jobId: string): void => {
      db.prepare<[string]>('DELETE FROM artifacts WHERE job_id = ?').run(jobId);
    },
  };
}

export function fileOutcomesIn(db: Connection) {
  const told = new Map<string, FileOutcome[]>();
  return {
    insert: (jobId: string, outcome: FileOutcome): void => {
      const before = told.get(jobId) ?? [];
      const position = before.length + 1;
      const kind = kindOf(db, jobId) ?? 'import';
      db.prepare<[FileOutcome & { readonly jobId: string; readonly position: number }]>(
        `INSERT INTO file_outcomes (job_id, position, path, status, code, reason)
         VALUES (@jobId, @position, @path, @status, @code, @reason)`,
      ).run({ ...storedOutcome(outcome, { kind, position }), jobId, position });
      before.push(outcome);
      told.set(jobId, before);
    },

    /** In the order they were handled. */
    ofJob: (jobId: string): readonly FileOutcome[] =>
      told.get(jobId) ??
      db
        .prepare<[string]>('SELECT path, status, code, reason FROM file_outcomes WHERE job_id = ? ORDER BY position')
        .all(jobId)
        .map((row) => parseRow(fileOutcome, 'file_outcomes', row)),

    deleteOfJob: (jobId: string): void => {
      told.delete(jobId);
      db.prepare<[string]>('DELETE FROM file_outcomes WHERE job_id = ?').run(jobId);
    },
  };
}
