/** How the project knows its files again: the keys of its networks' marks, the hashes of their voxels. */
import type { Connection } from './connection.ts';

export function provenanceIn(db: Connection) {
  return {
    /** Of the networks whose scans were marked, in hexadecimal. */
    markKeys: (): string[] => db.prepare<[], string>('SELECT key FROM mark_keys ORDER BY key').pluck().all(),

    insertMarkKey: (key: string): void => {
      db.prepare<[string]>('INSERT OR IGNORE INTO mark_keys (key) VALUES (?)').run(key);
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
