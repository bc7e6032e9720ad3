/** The table of what was told of trainings' health. */
import { healthNotice, type HealthNotice } from '#contract/health.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow } from './rows.ts';

const table = 'health_notices';

export function healthNoticesIn(db: Connection) {
  return {
    insert: (jobId: string, notice: HealthNotice, createdAt: string): void => {
      db.prepare<{ readonly jobId: string; readonly notice: string; readonly createdAt: string }>(
        `INSERT INTO health_notices (job_id, position, notice, created_at)
         SELECT @jobId, coalesce(max(position), 0) + 1, @notice, @createdAt FROM health_notices WHERE job_id = @jobId`,
      ).run({ jobId, notice: JSON.stringify(notice), createdAt });
    },

    /** In the order they were told. */
    ofJob: (jobId: string): readonly HealthNotice[] =>
      db
        .prepare<[string], string>('SELECT notice FROM health_notices WHERE job_id = ? ORDER BY position')
        .pluck()
        .all(jobId)
        .map((text) => parseRow(healthNotice, table, fromJson(text, table))),

    /** Forgets what was told after a moment: the training goes on from there, and tells it again. */
    deleteAfter: (jobId: string, moment: string): void => {
      db.prepare<[string, string]>('DELETE FROM health_notices WHERE job_id = ? AND created_at > ?').run(jobId, moment);
    },
  };
}
