/** Brings the table of checkpoints and the folders on disk together after a crash. */
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointRecord } from '#contract/records.ts';
import { checkpointDir, checkpointsDir, unfinishedPrefix, weightsName } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';
import { findCheckpointFault, readDescription } from './verifyCheckpoint.ts';

/** A complete checkpoint of a known job in `folder`, as a record; null for anything else. */
async function readCheckpoint(
  projectDir: string,
  name: string,
  jobIds: ReadonlySet<string>,
): Promise<CheckpointRecord | null> {
  const folder = join(checkpointsDir(projectDir), name);
  const found = await readDescription(folder);
  if (found?.id !== name || !jobIds.has(found.jobId)) return null;
  if ((await findCheckpointFault(folder, found.sha256)) !== null) return null;
  const { size } = await stat(join(folder, weightsName));
  return {
    id: found.id,
    jobId: found.jobId,
    iteration: found.iteration,
    path: `checkpoints/${name}`,
    sha256: found.sha256,
    bytes: size,
    milestone: found.milestone,
    createdAt: found.createdAt,
  };
}

/**
 * Registers complete checkpoints that the database lacks (a crash between their renaming and the worker's message) and
 * drops rows whose folder is gone (a crash between deletion and message), the latter only for `recovered` jobs: a
 * checkpoint that vanished otherwise is for `project check` to report. Half-written ones go: no worker is alive here.
 */
export async function reconcileCheckpoints(
  projectDir: string,
  store: Store,
  recovered: ReadonlySet<string>,
): Promise<void> {
  const rows = store.checkpoints.list();
  const gone = rows.filter((row) => recovered.has(row.jobId) && !existsSync(checkpointDir(projectDir, row)));
  const known = new Set(rows.map((row) => row.id));
  const jobIds = new Set(store.jobs.list().map((job) => job.id));
  const found: CheckpointRecord[] = [];
  for (const entry of await readdir(checkpointsDir(projectDir), { withFileTypes: true })) {
    if (!entry.isDirectory() || known.has(entry.name)) continue;
    if (entry.name.startsWith(unfinishedPrefix)) {
      await rm(join(checkpointsDir(projectDir), entry.name), { recursive: true, force: true });
      continue;
    }
    const record = await readCheckpoint(projectDir, entry.name, jobIds);
    if (record !== null) found.push(record);
  }
  if (gone.length === 0 && found.length === 0) return;
  store.transaction(() => {
    for (const row of gone) store.checkpoints.delete(row.id);
    for (const record of found) store.checkpoints.insert(record);
    for (const jobId of new Set([...gone, ...found].map((row) => row.jobId))) {
      const job = store.jobs.get(jobId);
      const [newest] = store.checkpoints.ofJob(jobId);
      store.jobs.update({
        ...job,
        checkpoint: newest?.id ?? null,
        iteration: Math.max(job.iteration, newest?.iteration ?? 0),
      });
    }
  });
}
