/** What a project knows of files, for whoever is to tell whether they are its own. */
import type { KnownFile } from '#contract/evidence/provenance.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { ReadProject } from '../projects/sessions.ts';

type CheckTask = TaskOf<'provenance-check'>;

/** Without a project headers alone can be judged. */
export function checkTask(files: readonly string[], project: ReadProject | null): CheckTask {
  const task: CheckTask = {
    kind: 'provenance-check',
    files: [...files],
    hasProject: project !== null,
    markKeys: [],
    fileHashes: {},
    voxelHashes: {},
    checkpoints: {},
  };
  if (project === null) return task;
  const { store } = project;
  const fileHashes: Record<string, KnownFile> = {};
  const voxelHashes: Record<string, KnownFile> = {};
  for (const dataset of store.datasets.list()) {
    for (const { id, sha256, sourceSha256 } of store.datasets.allVolumes(dataset.id)) {
      const known = { id, jobId: null, seed: null };
      fileHashes[sourceSha256] = { what: 'imported-scan', ...known };
      fileHashes[sha256] = { what: 'dataset-volume', ...known };
    }
  }
  const voxels = store.provenance.voxelHashes();
  for (const { id, jobId, kind, seed, sha256 } of store.artifacts.list()) {
    const known: KnownFile = { what: kind, id, jobId, seed };
    fileHashes[sha256] = known;
    const own = voxels.get(id);
    if (own !== undefined) voxelHashes[own] = known;
  }
  const checkpoints = Object.fromEntries(store.checkpoints.list().map(({ id, sha256 }) => [sha256, id]));
  return { ...task, markKeys: store.provenance.markKeys(), fileHashes, voxelHashes, checkpoints };
}
