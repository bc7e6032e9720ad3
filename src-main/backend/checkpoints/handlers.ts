/** The commands about checkpoints, and the one about phantoms, which need none. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { CheckpointRecord } from '#contract/records.ts';
import type { BackendContext } from '../context.ts';
import { newId } from '../identifiers.ts';
import { startJob } from '../jobs/startJob.ts';
import { syntheticDir } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';
import { summarizeCheckpoints } from './summarizeCheckpoints.ts';

function requireAbsolute(out: string): void {
  if (!isAbsolute(out))
    throw new AppError('usage', `The folder for the results must be an absolute path; it is "${out}".`);
}

/** By id, or the newest of the project for null. */
function chooseCheckpoint(store: Store, id: string | null): CheckpointRecord {
  if (id !== null) return store.checkpoints.get(id);
  const [newest] = store.checkpoints.list();
  if (newest === undefined)
    throw new AppError('not-found', 'The project has no checkpoint yet: train a model first (doppel train).');
  return newest;
}

export function checkpointHandlers({
  sessions,
  runner,
}: BackendContext): Pick<Handlers, 'checkpoint.list' | 'checkpoint.synthesize' | 'phantom.create'> {
  return {
    'checkpoint.list': ({ project }) => sessions.read(project, ({ store }) => summarizeCheckpoints(store)),

    'checkpoint.synthesize': async ({ project: dir, checkpoint: id, out, ...input }) => {
      if (out !== null) requireAbsolute(out);
      const project = await sessions.own(dir);
      await project.ready;
      const checkpoint = chooseCheckpoint(project.store, id);
      const { datasetFingerprint } = project.store.jobs.get(checkpoint.jobId);
      const jobId = newId('synthesize');
      return startJob({
        project,
        runner,
        request: {
          kind: 'synthesize',
          ...input,
          checkpointId: checkpoint.id,
          out: out ?? syntheticDir(project.dir, jobId),
        },
        datasetFingerprint,
        id: jobId,
      });
    },

    'phantom.create': async ({ project: dir, ...input }) => {
      requireAbsolute(input.out);
      const project = await sessions.own(dir);
      return startJob({ project, runner, request: { kind: 'phantom', ...input }, datasetFingerprint: null });
    },
  };
}
