-- Wrong PINs and passphrases in a row, so that the next attempt has to wait, in another process too.

CREATE TABLE study_attempts (
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  secret TEXT NOT NULL, -- 'passphrase', or 'pin ' and the reader's name
  failures INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  PRIMARY KEY (study_id, secret)
) STRICT, WITHOUT ROWID;
