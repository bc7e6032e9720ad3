/** The table of metrics: every loss of every iteration of a training job. */
import type { MetricSeries } from '#contract/commands.ts';
import type { MetricRow } from '#contract/jobs.ts';
import type { Connection } from './connection.ts';

export function metricsIn(db: Connection) {
  return {
    /** One transaction for the batch; a value written twice keeps the later one. */
    insert: (jobId: string, rows: readonly MetricRow[]): void => {
      const statement = db.prepare<[string, number, string, number]>(
        'INSERT OR REPLACE INTO metrics (job_id, iteration, name, value) VALUES (?, ?, ?, ?)',
      );
      db.transaction(() => {
        for (const { iteration, values } of rows) {
          for (const [name, value] of Object.entries(values)) statement.run(jobId, iteration, name, value);
        }
      })();
    },

    /** The last value of every name. */
    last: (jobId: string): Readonly<Record<string, number>> => {
      const rows = db
        .prepare<[string], { name: string; value: number; iteration: number }>(
          'SELECT name, value, max(iteration) AS iteration FROM metrics WHERE job_id = ? GROUP BY name ORDER BY name',
        )
        .all(jobId);
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },

    /** Every name as a column over the iterations; null where it was not measured. */
    series: (jobId: string): MetricSeries => {
      const rows = db
        .prepare<[string], { iteration: number; name: string; value: number }>(
          'SELECT iteration, name, value FROM metrics WHERE job_id = ? ORDER BY iteration',
        )
        .all(jobId);
      const iterations = [...new Set(rows.map((row) => row.iteration))];
      const position = new Map(iterations.map((iteration, index) => [iteration, index]));
      const values: Record<string, (number | null)[]> = {};
      for (const { iteration, name, value } of rows) {
        const column = (values[name] ??= iterations.map(() => null));
        column[position.get(iteration) ?? 0] = value;
      }
      return { iterations, values };
    },

    deleteAfter: (jobId: string, iteration: number): void => {
      db.prepare<[string, number]>('DELETE FROM metrics WHERE job_id = ? AND iteration > ?').run(jobId, iteration);
    },
  };
}
