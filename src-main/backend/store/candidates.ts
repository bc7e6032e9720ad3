/** The table of what looks through folders found. */
import { scanCandidate, type ScanCandidate } from '#contract/records.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow } from './rows.ts';

export function candidatesIn(db: Connection) {
  return {
    insert: (jobId: string, candidate: ScanCandidate): void => {
      db.prepare<{ readonly jobId: string; readonly candidate: string }>(
        `INSERT INTO scan_candidates (job_id, position, candidate)
         SELECT @jobId, coalesce(max(position), 0) + 1, @candidate FROM scan_candidates WHERE job_id = @jobId`,
      ).run({ jobId, candidate: JSON.stringify(candidate) });
    },

    /** In the order they were found. */
    ofJob: (jobId: string): readonly ScanCandidate[] =>
      db
        .prepare<[string], string>('SELECT candidate FROM scan_candidates WHERE job_id = ? ORDER BY position')
        .pluck()
        .all(jobId)
        .map((text) => parseRow(scanCandidate, 'scan_candidates', fromJson(text, 'scan_candidates'))),

    deleteOfJob: (jobId: string): void => {
      db.prepare<[string]>('DELETE FROM scan_candidates WHERE job_id = ?').run(jobId);
    },
  };
}
