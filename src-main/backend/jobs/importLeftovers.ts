/** Removes the volumes that an import wrote before it failed or was stopped. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '#contract/jobs.ts';
import { volumesDir } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';

/** File systems round times; some to two seconds. */
const clockSlackMs = 2000;

/** Files in `volumes/` that are younger than the job and belong to no dataset: one import at a time writes there. */
export async function removeImportLeftovers(projectDir: string, store: Store, job: Job): Promise<void> {
  if (job.startedAt === null) return;
  const since = Date.parse(job.startedAt) - clockSlackMs;
  const known = new Set(store.datasets.files().map((file) => join(projectDir, file.path)));
  const folder = volumesDir(projectDir);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || known.has(path)) continue;
    const { mtimeMs } = await stat(path);
    if (mtimeMs >= since) await rm(path, { force: true });
  }
}
