-- Expert Turing tests. Which scan is synthetic stands here until a study is locked and after it is closed, never between.

CREATE TABLE studies (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  state TEXT NOT NULL CHECK (state IN ('draft', 'ready', 'locked', 'reading', 'closed')),
  design TEXT NOT NULL, -- JSON
  readers TEXT NOT NULL, -- JSON, with hashed PINs and signing keys
  selection TEXT, -- JSON: the scans that are prepared; null once the study is locked
  fairness TEXT, -- JSON; null: not tested yet
  warnings TEXT NOT NULL, -- JSON
  job_id TEXT REFERENCES jobs (id), -- the one that prepared its scans
  log_length INTEGER NOT NULL DEFAULT 0, -- lines that are known to have been written
  log_hash TEXT NOT NULL DEFAULT '', -- of the last of them
  created_at TEXT NOT NULL,
  locked_at TEXT,
  closed_at TEXT
) STRICT;

CREATE TABLE study_cases (
  id TEXT PRIMARY KEY, -- random
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  pair INTEGER, -- cases of one number are shown together; null: single scans
  practice INTEGER NOT NULL CHECK (practice IN (0, 1)),
  truth TEXT -- JSON; null while the study is sealed
) STRICT, WITHOUT ROWID;

CREATE TABLE study_trials (
  id TEXT PRIMARY KEY, -- random: what the window knows a shown scan by
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  path TEXT NOT NULL -- relative to the project folder
) STRICT, WITHOUT ROWID;
