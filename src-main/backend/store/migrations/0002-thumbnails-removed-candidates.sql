-- Thumbnails beside the volumes, volumes that were taken out of their dataset, and what a look through a folder found.

ALTER TABLE volumes ADD COLUMN thumbnail_path TEXT; -- relative to the project folder
ALTER TABLE volumes ADD COLUMN thumbnail_sha256 TEXT;
ALTER TABLE volumes ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));

CREATE TABLE scan_candidates (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL, -- in the order they were found
  candidate TEXT NOT NULL, -- JSON
  PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;
