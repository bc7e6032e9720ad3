/** Puts in order what an owner left that ended without saying goodbye: a crash, a power cut, `kill -9`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { reconcileCheckpoints } from '../checkpoints/reconcile.ts';
import { now } from '../identifiers.ts';
import { removeImportLeftovers } from '../jobs/importLeftovers.ts';
import { waitForOrphan } from '../jobs/orphans.ts';
import type { Store } from '../store/store.ts';
import { folders } from './layout.ts';

interface Recovery {
  readonly dir: string;
  readonly store: Store;
  /** A worker that outlived its backend gets this long to write its last checkpoint. */
  readonly orphanGraceMs: number;
  /** The project is being closed: leave the rest to the next owner. */
  readonly signal: AbortSignal;
}

/** Jobs that a dead owner left waiting or working are `interrupted` at once: they offer Resume. */
function interruptJobs(store: Store): void {
  const finishedAt = now();
  store.transaction(() => {
    for (const job of store.jobs.inState('running', 'queued')) {
      store.jobs.update({ ...job, state: 'interrupted', progress: null, finishedAt });
    }
  });
}

/**
 * Marks jobs synchronously; then waits for workers that still live, registers the checkpoints they wrote and removes
 * what half an import left.
 */
export async function recoverProject({ dir, store, orphanGraceMs, signal }: Recovery): Promise<void> {
  interruptJobs(store);
  // Copying and synchronising programs drop empty folders.
  for (const folder of folders) await mkdir(join(dir, folder), { recursive: true });
  const workers = store.jobs.workers();
  for (const { id, pid } of workers) {
    await waitForOrphan({ pid, jobId: id, graceMs: orphanGraceMs, signal });
    if (signal.aborted) return;
    const job = store.jobs.get(id);
    if (job.kind === 'import') await removeImportLeftovers(dir, store, job);
  }
  await reconcileCheckpoints(dir, store, new Set(workers.map((worker) => worker.id)));
  for (const { id } of workers) store.jobs.setWorker(id, null);
}
