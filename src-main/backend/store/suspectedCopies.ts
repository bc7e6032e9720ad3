/** The table of synthetic scans that are suspected copies of training scans. */
import { AppError } from '#contract/errors.ts';
import { heldCopy, type HeldCopy, type SuspectedCopy } from '#contract/evidence/quarantine.ts';
import type { Connection } from './connection.ts';
import { fromJson, parseRow } from './rows.ts';

const table = 'suspected_copies';
const columns = 'id, sha256, name, nearest, similarity, limit_value AS "limit", job_id AS jobId, found_at AS foundAt, release'; // prettier-ignore

type Row = Omit<HeldCopy, 'release'> & { readonly release: string | null };
const fromRow = (row: Row): HeldCopy => parseRow(heldCopy, table, { ...row, release: fromJson(row.release, table) });

export function suspectedCopiesIn(db: Connection) {
  return {
    /** A file that was suspected before keeps its id, and its release. */
    insert: (copy: SuspectedCopy & Pick<HeldCopy, 'id' | 'jobId' | 'foundAt'>): void => {
      db.prepare<[typeof copy]>(
        `INSERT INTO suspected_copies (id, sha256, name, nearest, similarity, limit_value, job_id, found_at, release)
         VALUES (@id, @sha256, @name, @nearest, @similarity, @limit, @jobId, @foundAt, NULL)
         ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, nearest = excluded.nearest, similarity = excluded.similarity,
           limit_value = excluded.limit_value, job_id = excluded.job_id, found_at = excluded.found_at`,
      ).run(copy);
    },

    /** The newest first. */
    list: (): readonly HeldCopy[] =>
      db.prepare<[], Row>(`SELECT ${columns} FROM suspected_copies ORDER BY found_at DESC, similarity DESC`).all().map(fromRow), // prettier-ignore

    /** Hashes of the files that must not be handed out. */
    heldHashes: (): ReadonlySet<string> =>
      new Set(db.prepare<[], string>('SELECT sha256 FROM suspected_copies WHERE release IS NULL').pluck().all()),

    /** Throws `not-found`, and `wrong-state` for one that was released before. */
    release: (id: string, release: NonNullable<HeldCopy['release']>): HeldCopy => {
      const row = db.prepare<[string], Row>(`SELECT ${columns} FROM suspected_copies WHERE id = ?`).get(id);
      if (row === undefined)
        throw new AppError('not-found', `The project has no suspected copy "${id}". "doppel evidence suspects" lists them.`); // prettier-ignore
      if (row.release !== null) throw new AppError('wrong-state', `${id} (${row.name}) was released before.`);
      db.prepare<[string, string]>('UPDATE suspected_copies SET release = ? WHERE id = ?').run(JSON.stringify(release), id); // prettier-ignore
      return fromRow({ ...row, release: JSON.stringify(release) });
    },
  };
}
