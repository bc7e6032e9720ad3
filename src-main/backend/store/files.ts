/** Where the files of a project are that its rows name, by id. */
import type { FileKind } from '#contract/shell.ts';
import type { artifactsIn } from './artifacts.ts';
import type { Connection } from './connection.ts';

const closedCase = `FROM study_cases c JOIN studies s ON s.id = c.study_id WHERE c.id = ? AND s.state = 'closed'`;

/** What a session shows has no row. */
type StoredKind = Exclude<FileKind, 'latent'>;

const queries: Readonly<Record<Exclude<StoredKind, 'artifact'>, string>> = {
  volume: 'SELECT path FROM volumes WHERE id = ?',
  label: 'SELECT label_path FROM volumes WHERE id = ?',
  thumbnail: 'SELECT thumbnail_path FROM volumes WHERE id = ?',
  trial: 'SELECT path FROM study_trials WHERE id = ?',
  // What tells the truth of a study is there once it is closed.
  case: `SELECT 'studies/' || s.id || '/cases/' || c.id || '.nii' ${closedCase}`,
  picture: `SELECT 'reports/' || s.id || '/cases/' || c.id || '.png' ${closedCase}`,
  report: `SELECT 'reports/' || id || '/report.html' FROM studies WHERE id = ? AND state = 'closed'`,
};

export function filesIn(db: Connection, artifacts: Pick<ReturnType<typeof artifactsIn>, 'pathOf'>) {
  return {
    /** As the row has it: relative to the project, or absolute for an artifact outside of it; null when there is none. */
    path: (kind: StoredKind, id: string): string | null =>
      kind === 'artifact'
        ? artifacts.pathOf(id)
        : (db.prepare<[string], string | null>(queries[kind]).pluck().get(id) ?? null),
  };
}
