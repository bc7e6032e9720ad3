/** The table of jobs: what was asked, how far it is, how it ended. */
import { AppError } from '#contract/errors.ts';
import { job as jobSchema, type Job } from '#contract/jobs.ts';
import type { JobState } from '#contract/records.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow, toJson } from './rows.ts';
import { seesNames, storedJob } from './withoutIdentity.ts';

interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly request: string;
  readonly seed: number;
  readonly dataset_fingerprint: string | null;
  readonly versions: string;
  readonly device: string | null;
  readonly progress: string | null;
  readonly iteration: number;
  readonly seconds_per_iteration: number | null;
  readonly peak_memory_mb: number | null;
  readonly checkpoint: string | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

const table = 'jobs';

/** As it may be stored. */
const toRow = (told: Job): JobRow => {
  const job = storedJob(told);
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    request: JSON.stringify(job.request),
    seed: job.seed,
    dataset_fingerprint: job.datasetFingerprint,
    versions: JSON.stringify(job.versions),
    device: job.device,
    progress: toJson(job.progress),
    iteration: job.iteration,
    seconds_per_iteration: job.secondsPerIteration,
    peak_memory_mb: job.peakMemoryMb,
    checkpoint: job.checkpoint,
    error: toJson(job.error),
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
  };
};

const fromRow = (row: JobRow): Job =>
  parseRow(jobSchema, table, {
    id: row.id,
    kind: row.kind,
    state: row.state,
    request: fromJson(row.request, table),
    seed: row.seed,
    datasetFingerprint: row.dataset_fingerprint,
    versions: fromJson(row.versions, table),
    device: row.device,
    progress: fromJson(row.progress, table),
    iteration: row.iteration,
    secondsPerIteration: row.seconds_per_iteration,
    peakMemoryMb: row.peak_memory_mb,
    checkpoint: row.checkpoint,
    error: fromJson(row.error, table),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  });

const columns = [
  'id', 'kind', 'state', 'request', 'seed', 'dataset_fingerprint', 'versions', 'device', 'progress', 'iteration',
  'seconds_per_iteration', 'peak_memory_mb', 'checkpoint', 'error', 'created_at', 'started_at', 'finished_at',
] as const satisfies readonly (keyof JobRow)[]; // prettier-ignore

export function jobsIn(db: Connection) {
  /** Jobs of this process that see names, with what is not written of them. */
  const told = new Map<string, Job>();
  const remember = (job: Job): void => {
    if (seesNames(job)) told.set(job.id, job);
  };
  const known = (row: JobRow): Job => told.get(row.id) ?? fromRow(row);
  const insert = `INSERT INTO jobs (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`;
  const update = `UPDATE jobs SET ${columns.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`;

  return {
    insert: (job: Job): void => {
      db.prepare<[JobRow]>(insert).run(toRow(job));
      remember(job);
    },

    update: (job: Job): void => {
      db.prepare<[JobRow]>(update).run(toRow(job));
      remember(job);
    },

    /** Throws `not-found` naming the newest jobs. The beginning of an id is enough where it is the only one. */
    get: (id: string): Job => {
      const rows = db
        .prepare<[{ readonly id: string }], JobRow>('SELECT * FROM jobs WHERE substr(id, 1, length(@id)) = @id')
        .all({ id });
      const exact = rows.find((row) => row.id === id) ?? (rows.length === 1 && id !== '' ? rows[0] : undefined);
      if (exact !== undefined) return known(exact);
      const newest = db.prepare<[], string>('SELECT id FROM jobs ORDER BY rowid DESC LIMIT 5').pluck().all();
      const hint = newest.length === 0 ? 'It has none yet.' : `Its newest jobs: ${newest.join(', ')}.`;
      throw new AppError('not-found', `The project has no job "${id}". ${hint}`);
    },

    /** All jobs, the newest first. */
    list: (): readonly Job[] => db.prepare<[], JobRow>('SELECT * FROM jobs ORDER BY rowid DESC').all().map(known),

    inState: (...states: readonly JobState[]): readonly Job[] =>
      db
        .prepare<string[], JobRow>(
          `SELECT * FROM jobs WHERE state IN (${states.map(() => '?').join(', ')}) ORDER BY rowid`,
        )
        .all(...states)
        .map(known),

    /** Lets the next owner find a worker that outlived this one. */
    setWorker: (id: string, pid: number | null): void => {
      db.prepare<[number | null, string]>('UPDATE jobs SET worker_pid = ? WHERE id = ?').run(pid, id);
    },

    workers: (): readonly { readonly id: string; readonly pid: number }[] =>
      db
        .prepare<[], { id: string; pid: number }>('SELECT id, worker_pid AS pid FROM jobs WHERE worker_pid IS NOT NULL')
        .all(),
  };
}
