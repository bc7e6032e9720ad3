/** How the project knows its files again: the key of its mark, the hashes of their voxels. */
import { randomBytes } from 'node:crypto';
import type { Connection } from './connection.ts';

const keyBytes = 32;

export function provenanceIn(db: Connection) {
  const knownMarkKey = (): string | null =>
    db.prepare<[], string | null>('SELECT mark_key FROM project').pluck().get() ?? null;
  return {
    /** In hexadecimal; null: nothing was marked yet. */
    knownMarkKey,

    /** The key, made when it is first asked for; it never changes. */
    markKey: (): string => {
      const fresh = randomBytes(keyBytes).toString('hex');
      db.prepare<[string]>('UPDATE project SET mark_key = ? WHERE mark_key IS NULL').run(fresh);
      return knownMarkKey() ?? fresh;
    },

    insertVoxelHash: (artifactId: string, sha256: string): void => {
      db.prepare<[string, string]>('INSERT OR REPLACE INTO voxel_hashes (artifact_id, sha256) VALUES (?, ?)').run(artifactId, sha256); // prettier-ignore
    },

    /** By artifact. */
    voxelHashes: (): ReadonlyMap<string, string> =>
      new Map(
        db
          .prepare<[], { id: string; sha256: string }>('SELECT artifact_id AS id, sha256 FROM voxel_hashes')
          .all()
          .map(({ id, sha256 }) => [id, sha256]),
      ),
  };
}
