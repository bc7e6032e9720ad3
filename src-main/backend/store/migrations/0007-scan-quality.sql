-- What scans look like in figures, and which of them a person has found good.

ALTER TABLE volumes ADD COLUMN quality TEXT; -- JSON; null: not measured
ALTER TABLE volumes ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1));
