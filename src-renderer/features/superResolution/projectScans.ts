/** The scans of a project's datasets as they can be chosen. */
import type { ProjectDetail } from '#contract/commands.ts';
import { call } from '#bridge/bridge.ts';
import type { ChosenScan } from './setupState.ts';

export interface DatasetScans {
  readonly name: string;
  readonly scans: readonly (ChosenScan & { readonly isHeldOut: boolean })[];
}

/** Those that were removed from their dataset are left out. */
export async function loadDatasets(project: ProjectDetail | null): Promise<readonly DatasetScans[]> {
  if (project === null) return [];
  const datasets = await Promise.all(
    project.datasetList.map(({ name }) => call('dataset.show', { project: project.path, name })),
  );
  return datasets.map(({ name, volumeList }) => ({
    name,
    scans: volumeList
      .filter(({ removed }) => !removed)
      .map(({ subject, session, path, split }) => ({
        path,
        name: session === null ? subject : `${subject} ${session}`,
        isHeldOut: split === 'heldout',
      })),
  }));
}
