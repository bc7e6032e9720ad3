-- What de-identification left out of an import; looks through folders are no longer written down.

CREATE TABLE privacy_reports (
  job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  report TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

DROP TABLE scan_candidates;
