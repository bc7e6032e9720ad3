/** The table of what de-identification left out of imports. */
import { privacyReport, type PrivacyReport } from '#contract/privacy.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow } from './rows.ts';

const table = 'privacy_reports';

export function privacyReportsIn(db: Connection) {
  return {
    insert: (jobId: string, report: PrivacyReport): void => {
      db.prepare<[string, string]>('INSERT OR REPLACE INTO privacy_reports (job_id, report) VALUES (?, ?)').run(jobId, JSON.stringify(report)); // prettier-ignore
    },

    /** Null of a job that imported nothing. */
    ofJob: (jobId: string): PrivacyReport | null => {
      const text = db
        .prepare<[string], string>('SELECT report FROM privacy_reports WHERE job_id = ?')
        .pluck()
        .get(jobId);
      return text === undefined ? null : parseRow(privacyReport, table, fromJson(text, table));
    },
  };
}
