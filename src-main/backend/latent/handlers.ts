/** The commands of the latent explorer. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { CheckpointRecord } from '#contract/records.ts';
import { columnsOf, targetOf } from '#shared/latent/column.ts';
import { chooseCheckpoint } from '../checkpoints/chooseCheckpoint.ts';
import type { BackendContext } from '../context.ts';
import { newId } from '../identifiers.ts';
import { startJob } from '../jobs/startJob.ts';
import { requireWritable } from '../outFolder.ts';
import { walksDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { Store } from '../store/store.ts';
import { describedScans, encodingOfPath, requireCodes } from './prepareLatent.ts';
import { findEncoding, listEncodings, listFits } from './results.ts';

/** The dataset of that name, or the one that the checkpoint was trained on. Throws `usage`, `not-found`. */
function datasetFor(store: Store, checkpoint: CheckpointRecord, name: string | null): ReturnType<Store['datasets']['byId']> {
  if (name !== null) return store.datasets.byName(name);
  const { request } = store.jobs.get(checkpoint.jobId);
  const id = request.kind === 'train' || request.kind === 'weights-import' ? request.datasetId : null;
  if (id !== null) return store.datasets.byId(id);
  throw new AppError('usage', `Checkpoint ${checkpoint.id} was not trained on a dataset of this project. Say which scans to encode (--dataset).`); // prettier-ignore
} // prettier-ignore

export function latentHandlers({
  sessions,
  runner,
  latent,
}: BackendContext): Pick<
  Handlers,
  'latent.encode' | 'latent.fit' | 'latent.list' | 'latent.walk' | 'latent.open' | 'latent.show' | 'latent.close'
> {
  const own = async (dir: string): Promise<OwnedProject> => {
    const project = await sessions.own(dir);
    await project.ready;
    return project;
  };
  return {
    'latent.encode': async ({ project: dir, checkpoint: id, dataset: name, ...input }) => {
      const project = await own(dir);
      const checkpoint = await chooseCheckpoint(project.store, id, 'generator');
      const dataset = datasetFor(project.store, checkpoint, name);
      const request = { kind: 'latent-encode', ...input, checkpointId: checkpoint.id, datasetId: dataset.id } as const;
      return startJob({ project, runner, request, datasetFingerprint: dataset.fingerprint });
    },

    'latent.fit': async ({ project: dir, encoding, ...input }) => {
      const project = await own(dir);
      const found = findEncoding(project, encoding);
      targetOf(describedScans(project, found), input.column, input.positive); // what a column lacks is told at once
      const request = { kind: 'latent-fit', ...input, encoding: found.job.id } as const;
      return startJob({ project, runner, request, datasetFingerprint: found.job.datasetFingerprint });
    },

    'latent.list': ({ project }) =>
      sessions.read(project, (read) => {
        const fits = listFits(read);
        return listEncodings(read).map((found) => ({
          job: found.job.id,
          encoding: found.encoding,
          columns: columnsOf(describedScans(read, found)),
          fits: fits.filter(({ fit }) => fit.encoding === found.job.id).map(({ job, fit }) => ({ job: job.id, fit })),
        }));
      }),

    'latent.walk': async ({ project: dir, out, ...input }) => {
      if (out !== null && !isAbsolute(out)) throw new AppError('usage', `The folder for the walk must be an absolute path; it is "${out}".`); // prettier-ignore
      const project = await own(dir);
      const { path } = input;
      const found = encodingOfPath(project, path);
      requireCodes(found, path);
      if (path.kind === 'direction' && path.low >= path.high)
        throw new AppError('usage', `A walk leads from fewer to more standard deviations; this one from ${String(path.low)} to ${String(path.high)}.`); // prettier-ignore
      if (out !== null) await requireWritable(out);
      const id = newId('latent-walk');
      return startJob({
        project,
        runner,
        request: { kind: 'latent-walk', ...input, seed: 0, out: out ?? walksDir(project.dir, id) },
        datasetFingerprint: found.job.datasetFingerprint,
        id,
      });
    },

    'latent.open': async ({ project: dir, encoding }) => latent.open(await own(dir), encoding),
    'latent.show': ({ session, at }) => latent.show(session, at),
    'latent.close': async ({ session }) => {
      await latent.close(session);
      return null;
    },
  };
}
