-- How much memory a training's process took at its fullest.

ALTER TABLE jobs ADD COLUMN peak_memory_mb REAL;
