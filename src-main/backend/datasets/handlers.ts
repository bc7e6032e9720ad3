/** The commands about datasets. */
import { join, resolve } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { ImportRequest } from '#contract/importing.ts';
import { formatFactor, parseFactor } from '#shared/volume/factor.ts';
import type { BackendContext } from '../context.ts';
import { startJob } from '../jobs/startJob.ts';
import { previewScan } from './previewScan.ts';
import { nameTaken } from './registerDataset.ts';
import { requireFolder } from './requireFolder.ts';
import { requireKeyFile } from './requireKeyFile.ts';
import { setRemoved } from './setRemoved.ts';

function requirePairs({ folder, factor: text }: NonNullable<ImportRequest['pairs']>, grid: number): void {
  requireFolder(folder);
  const factor = parseFactor(text);
  if (factor.every((along) => grid % along === 0)) return;
  throw new AppError(
    'usage',
    `A grid of ${String(grid)} voxels is no whole number of blocks of ${formatFactor(factor)}. Choose another --grid.`,
  );
}

export function datasetHandlers({
  sessions,
  runner,
}: BackendContext): Pick<
  Handlers,
  | 'dataset.scan'
  | 'dataset.scanResult'
  | 'dataset.preview'
  | 'dataset.stopPreview'
  | 'dataset.import'
  | 'dataset.show'
  | 'volume.setRemoved'
  | 'volume.setAccepted'
> {
  let preview = new AbortController();
  const stopPreview = (): void => {
    preview.abort(new AppError('cancelled', 'The preview was ended before it was drawn.'));
  };

  return {
    'dataset.scan': async ({ project: dir, folder, ...reading }) => {
      requireFolder(folder);
      const project = await sessions.own(dir);
      const request = { kind: 'scan' as const, folder: resolve(folder), seed: 0, ...reading };
      return startJob({ project, runner, request, datasetFingerprint: null });
    },

    'dataset.scanResult': ({ project, job: id }) =>
      sessions.read(project, ({ store }) => store.candidates.ofJob(store.jobs.get(id).id)),

    'dataset.preview': async ({ project: dir, ...input }) => {
      stopPreview();
      const { signal } = (preview = new AbortController());
      return previewScan(await sessions.own(dir), input, signal);
    },

    'dataset.stopPreview': () => {
      stopPreview();
      return Promise.resolve(null);
    },

    'volume.setRemoved': async ({ project: dir, ...input }) => {
      const project = await sessions.own(dir);
      await project.ready; // A training that a dead owner left is marked as ended there.
      return setRemoved(project, input);
    },

    'volume.setAccepted': async ({ project: dir, volume, accepted }) => {
      const { store } = await sessions.own(dir);
      const dataset = store.datasets.ofVolume(volume);
      store.datasets.setAccepted(volume, accepted);
      return dataset;
    },

    'dataset.import': async ({ project: dir, ...input }) => {
      requireFolder(input.folder);
      if (input.pairs !== undefined) requirePairs(input.pairs, input.grid);
      const project = await sessions.own(dir);
      if (project.store.datasets.hasName(input.name)) throw nameTaken(input.name);
      if (input.keyFile !== undefined) requireKeyFile(input.keyFile, project.dir);
      return startJob({
        project,
        runner,
        request: { kind: 'import', ...input, folder: resolve(input.folder) },
        datasetFingerprint: null,
      });
    },

    'dataset.show': ({ project, name }) =>
      sessions.read(project, ({ dir, store }) => {
        const dataset = store.datasets.byName(name);
        const volumeList = store.datasets.allVolumes(dataset.id).map((volume) => ({
          ...volume,
          path: join(dir, volume.path),
          labelPath: volume.labelPath === null ? null : join(dir, volume.labelPath),
          thumbnailPath: volume.thumbnailPath === null ? null : join(dir, volume.thumbnailPath),
          low: volume.low === null ? null : { ...volume.low, path: join(dir, volume.low.path) },
        }));
        return { ...dataset, volumeList };
      }),
  };
}
