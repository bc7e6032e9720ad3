-- How files are known again: the secret key of the project's mark, and the hashes of voxels without header and packing.

ALTER TABLE project ADD COLUMN mark_key TEXT; -- hexadecimal; null: nothing was marked yet

CREATE TABLE voxel_hashes (
  artifact_id TEXT PRIMARY KEY REFERENCES artifacts (id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
