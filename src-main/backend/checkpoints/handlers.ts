/** The commands about checkpoints, and the one about phantoms, which need none. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendContext } from '../context.ts';
import { newId } from '../identifiers.ts';
import { startJob } from '../jobs/startJob.ts';
import { loadRegistry } from '../models/loadRegistry.ts';
import { requireWritable } from '../outFolder.ts';
import { syntheticDir } from '../projects/layout.ts';
import { chooseCheckpoint } from './chooseCheckpoint.ts';
import { summarizeCheckpoints } from './summarizeCheckpoints.ts';
import { exportCheckpoint, importCheckpoint } from './transferCheckpoint.ts';

function requireAbsolute(out: string): void {
  if (!isAbsolute(out))
    throw new AppError('usage', `The folder for the results must be an absolute path; it is "${out}".`);
}

export function checkpointHandlers({
  sessions,
  runner,
}: BackendContext): Pick<
  Handlers,
  'checkpoint.list' | 'checkpoint.synthesize' | 'checkpoint.import' | 'checkpoint.export' | 'phantom.create'
> {
  return {
    'checkpoint.list': async ({ project }) => {
      const models = await loadRegistry();
      return sessions.read(project, (read) => summarizeCheckpoints(read, models));
    },

    'checkpoint.synthesize': async ({ project: dir, checkpoint: id, out, ...input }) => {
      if (out !== null) requireAbsolute(out);
      const project = await sessions.own(dir);
      await project.ready;
      const checkpoint = await chooseCheckpoint(project.store, id, 'generator');
      if (out !== null) await requireWritable(out);
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

    'checkpoint.import': async ({ project: dir, folder }) => {
      requireAbsolute(folder);
      const project = await sessions.own(dir);
      await project.ready;
      return importCheckpoint(project, folder);
    },

    'checkpoint.export': async ({ project: dir, checkpoint, folder }) => {
      requireAbsolute(folder);
      const project = await sessions.own(dir);
      return exportCheckpoint(project, checkpoint, folder);
    },

    'phantom.create': async ({ project: dir, ...input }) => {
      requireAbsolute(input.out);
      const project = await sessions.own(dir);
      await requireWritable(input.out);
      return startJob({ project, runner, request: { kind: 'phantom', ...input }, datasetFingerprint: null });
    },
  };
}
