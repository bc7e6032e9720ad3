/** Everything a project's database answers, as functions over one connection. */
import { z } from 'zod';
import { artifactsIn, fileOutcomesIn } from './artifacts.ts';
import { candidatesHere } from './candidates.ts';
import { checkpointsIn } from './checkpoints.ts';
import type { Connection } from './connection.ts';
import { datasetsIn } from './datasets.ts';
import { jobsIn } from './jobs.ts';
import { filesIn } from './files.ts';
import { healthNoticesIn } from './healthNotices.ts';
import { metricsIn } from './metrics.ts';
import { readVersion } from './migrate.ts';
import { privacyReportsIn } from './privacyReports.ts';
import { provenanceIn } from './provenance.ts';
import { parseRow } from './rows.ts';
import { studiesIn } from './studies.ts';
import { suspectedCopiesIn } from './suspectedCopies.ts';

const identity = z.strictObject({ id: z.string(), createdAt: z.string() });
export type ProjectIdentity = z.infer<typeof identity>;

export interface Counts {
  readonly datasets: number;
  readonly volumes: number;
  readonly jobs: number;
  readonly checkpoints: number;
}

function projectIn(db: Connection) {
  return {
    insert: (project: ProjectIdentity): void => {
      db.prepare<[ProjectIdentity]>('INSERT INTO project (only_row, id, created_at) VALUES (1, @id, @createdAt)').run(
        project,
      );
    },
    get: (): ProjectIdentity =>
      parseRow(identity, 'project', db.prepare<[]>('SELECT id, created_at AS createdAt FROM project').get()),
    version: (): number => readVersion(db),
    counts: (): Counts => {
      const count = (table: string): number =>
        db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
      return {
        datasets: count('datasets'),
        volumes: count('volumes WHERE removed = 0'),
        jobs: count('jobs'),
        checkpoints: count('checkpoints'),
      };
    },
    /** What SQLite finds wrong with its own file, in its words; empty when all is well. */
    faults: (): readonly string[] => {
      const integrity = db.prepare<[], string>('PRAGMA integrity_check').pluck().all();
      const foreign = db.prepare<[], { table: string }>('PRAGMA foreign_key_check').all();
      return [
        ...integrity.filter((line) => line !== 'ok'),
        ...foreign.map((row) => `a row of ${row.table} points to nothing`),
      ];
    },
  };
}

/** The repositories of one connection, which they share and `close` ends. */
export function createStore(db: Connection) {
  const artifacts = artifactsIn(db);
  return {
    project: projectIn(db),
    datasets: datasetsIn(db),
    jobs: jobsIn(db),
    metrics: metricsIn(db),
    checkpoints: checkpointsIn(db),
    artifacts,
    fileOutcomes: fileOutcomesIn(db),
    files: filesIn(db, artifacts),
    candidates: candidatesHere(),
    privacyReports: privacyReportsIn(db),
    healthNotices: healthNoticesIn(db),
    provenance: provenanceIn(db),
    studies: studiesIn(db),
    suspectedCopies: suspectedCopiesIn(db),
    /** All that `work` writes is kept, or, if it throws, nothing. */
    transaction: <Result>(work: () => Result): Result => db.transaction(work).immediate(),
    close: (): void => {
      db.close();
    },
  };
}
export type Store = ReturnType<typeof createStore>;
