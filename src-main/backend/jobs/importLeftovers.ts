/** What an import leaves beside its dataset: its journal, and the volumes that it wrote before it failed or was stopped. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { importJournal, importJournalHead } from '#contract/importing.ts';
import type { Job } from '#contract/jobs.ts';
import { jobDir, volumesDir } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';

/** File systems round times; some to two seconds. */
const clockSlackMs = 2000;

/** The names of the volumes that an import wrote or would have; null where it keeps no journal. */
async function journalledIds(path: string): Promise<ReadonlySet<string> | null> {
  try {
    const [head = ''] = (await readFile(path, 'utf8')).split('\n', 1);
    return new Set(importJournalHead.parse(JSON.parse(head)).ids);
  } catch {
    return null;
  }
}

/** Whether Resume goes on with what an import has done: its end came from outside, not from itself. */
export function goesOn({ kind, state, error }: Job): boolean {
  if (kind !== 'import') return false;
  return state === 'interrupted' || (state === 'failed' && (error?.code === 'worker-crashed' || error?.code === 'out-of-memory')); // prettier-ignore
}

/**
 * Removes the journal of an import that is over, and of one without a dataset its files in `volumes/`: those that its
 * journal names; without a journal those that are younger than the job and belong to no dataset (one import at a time
 * writes there). An import that can be gone on with keeps what its journal tells of.
 */
export async function removeImportLeftovers(projectDir: string, store: Store, job: Job): Promise<void> {
  const journal = join(jobDir(projectDir, job.id), importJournal);
  const ids = await journalledIds(journal);
  if (ids !== null && goesOn(job)) return;
  if (job.state !== 'succeeded') {
    const since = job.startedAt === null ? Infinity : Date.parse(job.startedAt) - clockSlackMs;
    const known = new Set(store.datasets.files().map((file) => join(projectDir, file.path)));
    const folder = volumesDir(projectDir);
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || known.has(path)) continue;
      const [id = ''] = entry.name.replace(/^\./, '').split('.');
      const isItsOwn = ids === null ? (await stat(path)).mtimeMs >= since : ids.has(id);
      if (isItsOwn) await rm(path, { force: true });
    }
  }
  await rm(journal, { force: true });
}
