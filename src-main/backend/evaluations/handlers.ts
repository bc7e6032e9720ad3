/** The commands about evaluations of super-resolution: asking for one, and what all of them found. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { evaluationReport } from '#contract/evaluation.ts';
import { givenCheckpoint } from '../checkpoints/givenCheckpoint.ts';
import type { BackendContext } from '../context.ts';
import { startJob } from '../jobs/startJob.ts';
import { readReports, reportRows } from './listReports.ts';

function requireAbsolute(paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new AppError('usage', `Paths must be absolute; one is "${relative}".`);
}

export function evaluationHandlers({
  sessions,
  runner,
}: BackendContext): Pick<Handlers, 'checkpoint.evaluate' | 'evaluation.list'> {
  return {
    'checkpoint.evaluate': async ({ project: dir, checkpoint: id, ...input }) => {
      requireAbsolute([...input.high, ...(input.low ?? []), ...(input.out === null ? [] : [input.out])]);
      const project = await sessions.own(dir);
      await project.ready;
      const checkpoint = await givenCheckpoint(project, id);
      const { datasetFingerprint } = project.store.jobs.get(checkpoint.jobId);
      const request = { kind: 'evaluate' as const, ...input, checkpointId: checkpoint.id };
      return startJob({ project, runner, request, datasetFingerprint });
    },

    'evaluation.list': async ({ project }) =>
      readReports(await sessions.read(project, (opened) => reportRows(opened, 'evaluate')), evaluationReport),
  };
}
