/** The table of checkpoints; their weights lie in `checkpoints/<id>/` of the project. */
import { AppError } from '#contract/errors.ts';
import { checkpointRecord, type CheckpointRecord } from '#contract/records.ts';
import type { Connection } from './connection.ts';
import { parseRow } from './rows.ts';

interface CheckpointRow {
  readonly id: string;
  readonly job_id: string;
  readonly iteration: number;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly milestone: number;
  readonly created_at: string;
}

const fromRow = (row: CheckpointRow): CheckpointRecord =>
  parseRow(checkpointRecord, 'checkpoints', {
    id: row.id,
    jobId: row.job_id,
    iteration: row.iteration,
    path: row.path,
    sha256: row.sha256,
    bytes: row.bytes,
    milestone: row.milestone === 1,
    createdAt: row.created_at,
  });

export function checkpointsIn(db: Connection) {
  const list = (): readonly CheckpointRecord[] =>
    db
      .prepare<[], CheckpointRow>('SELECT * FROM checkpoints ORDER BY created_at DESC, iteration DESC')
      .all()
      .map(fromRow);

  return {
    insert: (record: CheckpointRecord): void => {
      db.prepare<[CheckpointRow]>(
        `INSERT OR REPLACE INTO checkpoints (id, job_id, iteration, path, sha256, bytes, milestone, created_at)
         VALUES (@id, @job_id, @iteration, @path, @sha256, @bytes, @milestone, @created_at)`,
      ).run({
        id: record.id,
        job_id: record.jobId,
        iteration: record.iteration,
        path: record.path,
        sha256: record.sha256,
        bytes: record.bytes,
        milestone: record.milestone ? 1 : 0,
        created_at: record.createdAt,
      });
    },

    delete: (id: string): void => {
      db.prepare<[string]>('DELETE FROM checkpoints WHERE id = ?').run(id);
    },

    /** All of the project, the newest first. */
    list,

    /** Of one job, the furthest trained first. */
    ofJob: (jobId: string): readonly CheckpointRecord[] =>
      db
        .prepare<[string], CheckpointRow>(
          'SELECT * FROM checkpoints WHERE job_id = ? ORDER BY iteration DESC, created_at DESC',
        )
        .all(jobId)
        .map(fromRow),

    /** Throws `not-found` naming what there is. */
    get: (id: string): CheckpointRecord => {
      const all = list();
      const found = all.find((record) => record.id === id);
      if (found !== undefined) return found;
      const hint =
        all.length === 0
          ? 'It has none yet: train a model first.'
          : `It has: ${all
              .slice(0, 5)
              .map((record) => record.id)
              .join(', ')}.`;
      throw new AppError('not-found', `The project has no checkpoint "${id}". ${hint}`);
    },
  };
}
