-- How files are known again: the secret keys of the marks of its networks, and the hashes of voxels without header and packing.

CREATE TABLE mark_keys (
  key TEXT PRIMARY KEY -- hexadecimal; kept when the checkpoint is gone
) STRICT, WITHOUT ROWID;

CREATE TABLE voxel_hashes (
  artifact_id TEXT PRIMARY KEY REFERENCES artifacts (id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL
) STRICT, WITHOUT ROWID;
