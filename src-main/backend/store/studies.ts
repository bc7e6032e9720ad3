/** The tables of expert Turing tests. Their protocol, key and log are files in `studies/<id>/` of the project. */
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { caseTruth, fairnessReport, studyDesign, studyReader, studyState } from '#contract/studies.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow, toJson } from './rows.ts';

/** A scan that the study shows, before it has an id. */
export const selectedScan = z.strictObject({
  path: z.string(), // absolute, or relative to the project for a volume of it
  pair: z.int().nullable(),
  practice: z.boolean(),
  truth: caseTruth,
});
export type SelectedScan = z.infer<typeof selectedScan>;

const storedReader = studyReader.extend({
  pin: z.strictObject({ salt: z.string(), hash: z.string() }).nullable(),
  publicKey: z.string(), // Ed25519, SPKI in base64
  privateKey: z.string(), // PKCS #8 in base64: goes into the reader's pack
});
export type StoredReader = z.infer<typeof storedReader>;

export interface Attempts {
  /** In a row. */
  readonly failures: number;
  readonly lastAt: string;
}

const studyRow = z.strictObject({
  id: z.string(),
  name: z.string(),
  state: studyState,
  design: studyDesign.extend({ synthetic: z.array(z.string()) }), // none of a study that came in a pack
  readers: z.array(storedReader),
  selection: z.array(selectedScan).nullable(),
  fairness: fairnessReport.nullable(),
  warnings: z.array(z.string()),
  jobId: z.string().nullable(),
  log: z.strictObject({ length: z.int(), hash: z.string() }),
  createdAt: z.string(),
  lockedAt: z.string().nullable(),
  closedAt: z.string().nullable(),
});
export type StudyRow = z.infer<typeof studyRow>;

const storedCase = z.strictObject({
  id: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  pair: z.int().nullable(),
  practice: z.boolean(),
  truth: caseTruth.nullable(),
});
export type StoredCase = z.infer<typeof storedCase>;

interface Columns {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly design: string;
  readonly readers: string;
  readonly selection: string | null;
  readonly fairness: string | null;
  readonly warnings: string;
  readonly job_id: string | null;
  readonly log_length: number;
  readonly log_hash: string;
  readonly created_at: string;
  readonly locked_at: string | null;
  readonly closed_at: string | null;
}

interface CaseColumns {
  readonly id: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly pair: number | null;
  readonly practice: number;
  readonly truth: string | null;
}

const table = 'studies';
const fromRow = (row: Columns): StudyRow =>
  parseRow(studyRow, table, {
    id: row.id,
    name: row.name,
    state: row.state,
    design: fromJson(row.design, table),
    readers: fromJson(row.readers, table),
    selection: fromJson(row.selection, table),
    fairness: fromJson(row.fairness, table),
    warnings: fromJson(row.warnings, table),
    jobId: row.job_id,
    log: { length: row.log_length, hash: row.log_hash },
    createdAt: row.created_at,
    lockedAt: row.locked_at,
    closedAt: row.closed_at,
  });

export function studiesIn(db: Connection) {
  /** The newest first. */
  const list = (): readonly StudyRow[] =>
    db.prepare<[], Columns>('SELECT * FROM studies ORDER BY rowid DESC').all().map(fromRow);

  /** By id or name; null: the only one. Throws `not-found` naming what there is. */
  const find = (wanted: string | null): StudyRow => {
    const all = list();
    const [only, another] = all;
    const found =
      wanted === null
        ? another === undefined ? only : undefined
        : (all.find(({ id }) => id === wanted) ?? all.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())); // prettier-ignore
    if (found !== undefined) return found;
    const names = all.map(({ name }) => `"${name}"`).join(', ');
    if (only === undefined) throw new AppError('not-found', 'The project has no study yet: create one first.');
    if (wanted === null) throw new AppError('usage', `Which study? The project has ${names}.`);
    throw new AppError('not-found', `The project has no study "${wanted}". It has: ${names}.`);
  };

  return {
    list,
    find,
    get: (id: string): StudyRow => find(id),

    hasName: (name: string): boolean =>
      db.prepare<[string]>('SELECT 1 FROM studies WHERE name = ?').get(name) !== undefined,

    /** A new one, or all of an earlier one's row but its log. */
    put: (study: StudyRow): void => {
      db.prepare<[Columns]>(
        `INSERT INTO studies (id, name, state, design, readers, selection, fairness, warnings, job_id, log_length, log_hash, created_at, locked_at, closed_at)
         VALUES (@id, @name, @state, @design, @readers, @selection, @fairness, @warnings, @job_id, @log_length, @log_hash, @created_at, @locked_at, @closed_at)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, readers = excluded.readers, selection = excluded.selection,
           fairness = excluded.fairness, warnings = excluded.warnings, job_id = excluded.job_id,
           locked_at = excluded.locked_at, closed_at = excluded.closed_at`,
      ).run({
        id: study.id,
        name: study.name,
        state: study.state,
        design: JSON.stringify(study.design),
        readers: JSON.stringify(study.readers),
        selection: toJson(study.selection),
        fairness: toJson(study.fairness),
        warnings: JSON.stringify(study.warnings),
        job_id: study.jobId,
        log_length: study.log.length,
        log_hash: study.log.hash,
        created_at: study.createdAt,
        locked_at: study.lockedAt,
        closed_at: study.closedAt,
      });
    },

    /** With its cases and trials. */
    delete: (id: string): void => {
      db.prepare<[string]>('DELETE FROM studies WHERE id = ?').run(id);
    },

    attempts: (studyId: string, secret: string): Attempts =>
      db
        .prepare<[string, string], Attempts>(
          'SELECT failures, last_at AS lastAt FROM study_attempts WHERE study_id = ? AND secret = ?',
        )
        .get(studyId, secret) ?? { failures: 0, lastAt: '' },
    setAttempts: (studyId: string, secret: string, { failures, lastAt }: Attempts): void => {
      db.prepare<[string, string, number, string]>(
        'INSERT OR REPLACE INTO study_attempts (study_id, secret, failures, last_at) VALUES (?, ?, ?, ?)',
      ).run(studyId, secret, failures, lastAt);
    },

    setLog: (id: string, log: StudyRow['log']): void => {
      db.prepare<[number, string, string]>('UPDATE studies SET log_length = ?, log_hash = ? WHERE id = ?').run(
        log.length,
        log.hash,
        id,
      );
    },

    /** By id, which is random. */
    cases: (studyId: string): readonly StoredCase[] =>
      db
        .prepare<[string], CaseColumns>(
          'SELECT id, sha256, bytes, pair, practice, truth FROM study_cases WHERE study_id = ? ORDER BY id',
        )
        .all(studyId)
        .map((row) =>
          parseRow(storedCase, 'study_cases', {
            ...row,
            practice: row.practice === 1,
            truth: fromJson(row.truth, 'study_cases'),
          }),
        ),

    /** All cases of a study in place of those it had. What was there is overwritten with zeros, not only marked as free. */
    setCases: (studyId: string, cases: readonly StoredCase[]): void => {
      db.prepare<[string]>('DELETE FROM study_cases WHERE study_id = ?').run(studyId);
      const insert = db.prepare<[CaseColumns & { readonly studyId: string }]>(
        `INSERT INTO study_cases (id, study_id, sha256, bytes, pair, practice, truth)
         VALUES (@id, @studyId, @sha256, @bytes, @pair, @practice, @truth)`,
      );
      for (const one of cases)
        insert.run({ ...one, studyId, practice: one.practice ? 1 : 0, truth: toJson(one.truth) });
    },

    insertTrials: (studyId: string, trials: readonly { readonly id: string; readonly path: string }[]): void => {
      const insert = db.prepare<[{ readonly id: string; readonly path: string; readonly studyId: string }]>(
        'INSERT OR IGNORE INTO study_trials (id, study_id, path) VALUES (@id, @studyId, @path)',
      );
      for (const trial of trials) insert.run({ ...trial, studyId });
    },
    /** The study that showed a trial; null where none did. */
    ofTrial: (trialId: string): string | null =>
      db.prepare<[string], string>('SELECT study_id FROM study_trials WHERE id = ?').pluck().get(trialId) ?? null,

    /** Moves what was overwritten out of the write-ahead log, which would keep it. */
    forget: (): void => {
      db.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
}
