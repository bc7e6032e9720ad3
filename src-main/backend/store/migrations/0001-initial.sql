-- The first form of a project's database. Migrations are append-only: a later change is a later file.
-- Columns that hold JSON are parsed by the schemas of src-shared/contract when they are read.

PRAGMA application_id = 1148153968; -- 'Dopp'

CREATE TABLE project (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  id TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  request TEXT NOT NULL, -- JSON: what repeats the job
  seed INTEGER NOT NULL,
  dataset_fingerprint TEXT,
  versions TEXT NOT NULL, -- JSON
  device TEXT,
  progress TEXT, -- JSON
  iteration INTEGER NOT NULL,
  seconds_per_iteration REAL,
  checkpoint TEXT,
  error TEXT, -- JSON
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT,
  worker_pid INTEGER -- while its process lives
) STRICT;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  grid INTEGER NOT NULL,
  spacing_mm REAL NOT NULL,
  fingerprint TEXT NOT NULL,
  seed INTEGER NOT NULL,
  holdout REAL NOT NULL,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE participants (
  dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  session TEXT NOT NULL, -- '' when the data set has none
  attributes TEXT NOT NULL, -- JSON
  PRIMARY KEY (dataset_id, subject, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE volumes (
  id TEXT PRIMARY KEY,
  dataset_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  session TEXT NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('train', 'heldout')),
  path TEXT NOT NULL UNIQUE, -- relative to the project folder
  sha256 TEXT NOT NULL,
  label_path TEXT,
  label_sha256 TEXT,
  source_file TEXT NOT NULL,
  source_sha256 TEXT NOT NULL,
  affine TEXT NOT NULL, -- JSON, 4×4, voxel to RAS mm
  transform TEXT NOT NULL, -- JSON: from the file to the grid and back
  warnings TEXT NOT NULL, -- JSON
  FOREIGN KEY (dataset_id, subject, session) REFERENCES participants (dataset_id, subject, session) ON DELETE CASCADE
) STRICT;
CREATE INDEX volumes_of_dataset ON volumes (dataset_id);

CREATE TABLE metrics (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  iteration INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (job_id, iteration, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  iteration INTEGER NOT NULL,
  path TEXT NOT NULL, -- folder, relative to the project
  sha256 TEXT NOT NULL, -- of its weights file
  bytes INTEGER NOT NULL,
  milestone INTEGER NOT NULL CHECK (milestone IN (0, 1)),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX checkpoints_of_job ON checkpoints (job_id, iteration);

CREATE TABLE artifacts (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  path TEXT NOT NULL, -- relative to the project when inside it, else absolute
  sha256 TEXT NOT NULL,
  iteration INTEGER,
  seed INTEGER,
  UNIQUE (job_id, path)
) STRICT;

CREATE TABLE file_outcomes (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL, -- in the order they were handled
  path TEXT NOT NULL, -- relative to the imported folder
  status TEXT NOT NULL CHECK (status IN ('imported', 'warning', 'rejected')),
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;
