-- The real low-resolution scan that makes a pair with a volume.

ALTER TABLE volumes ADD COLUMN low TEXT; -- JSON; null: the scanner model makes it
