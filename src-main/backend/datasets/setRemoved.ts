/** Takes a volume out of its dataset, or puts it back: its files stay, training and fingerprint do without it. */
import { AppError } from '#contract/errors.ts';
import type { DatasetRecord } from '#contract/records.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { fingerprintOf } from './registerDataset.ts';

function requireNoTraining({ store }: OwnedProject, dataset: DatasetRecord): void {
  const training = store.jobs
    .inState('running', 'queued')
    .find(({ request }) => request.kind === 'train' && request.datasetId === dataset.id);
  if (training === undefined) return;
  throw new AppError(
    'wrong-state',
    `Training ${training.id} is ${training.state} and uses the dataset "${dataset.name}". Stop it or wait for its end, then change the dataset.`,
  );
}

/** The dataset as it is then. Throws `not-found`, and `wrong-state` where the change may not be made now. */
export function setRemoved(
  project: OwnedProject,
  { volume: id, removed }: { readonly volume: string; readonly removed: boolean },
): DatasetRecord {
  const { store } = project;
  return store.transaction(() => {
    const dataset = store.datasets.ofVolume(id);
    requireNoTraining(project, dataset);
    store.datasets.setRemoved(id, removed);
    const volumes = store.datasets.volumes(dataset.id);
    if (volumes.length === 0)
      throw new AppError('wrong-state', `This is the last scan of "${dataset.name}": a dataset keeps at least one.`);
    const { grid, spacingMm } = dataset;
    store.datasets.setFingerprint(dataset.id, fingerprintOf({ grid, spacingMm, volumes }));
    return store.datasets.byId(dataset.id);
  });
}
