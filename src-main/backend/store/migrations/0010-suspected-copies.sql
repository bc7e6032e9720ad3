-- Synthetic scans that are suspected copies of training scans, by the hash of their file, and who released them and why.

CREATE TABLE suspected_copies (
  id TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  nearest TEXT NOT NULL,
  similarity REAL NOT NULL,
  limit_value REAL NOT NULL,
  job_id TEXT NOT NULL, -- that found it; the suspicion outlives the job
  found_at TEXT NOT NULL,
  release TEXT -- JSON; null: held back
) STRICT, WITHOUT ROWID;
