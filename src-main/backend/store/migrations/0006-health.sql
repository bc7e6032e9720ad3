-- What was told of a training's health: measures that stood otherwise than before.

CREATE TABLE health_notices (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL, -- in the order they were told
  notice TEXT NOT NULL, -- JSON
  created_at TEXT NOT NULL,
  PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;
