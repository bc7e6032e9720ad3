/** What a job was run with, for its row. */
import type { JobVersions } from '#contract/jobs.ts';
import manifest from '../../package.json' with { type: 'json' };

/** The engine's version is the worker's to say, once it has loaded it. */
export const currentVersions: JobVersions = {
  doppel: manifest.version,
  node: process.versions.node,
  engine: 'unknown',
};
