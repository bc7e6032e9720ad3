/** The commands about evaluations of super-resolution: asking for one, and what all of them found. */
import { basename, isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { evaluationReport } from '#contract/evaluation.ts';
import { givenCheckpoint } from '../checkpoints/givenCheckpoint.ts';
import type { BackendContext } from '../context.ts';
import { startJob } from '../jobs/startJob.ts';
import { portablePath } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';
import { readReports, reportRows } from './listReports.ts';

function requireAbsolute(paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new AppError('usage', `Paths must be absolute; one is "${relative}".`);
}

/** Of the user's own files, in the order of a report's scans, the names: this process knows them while it lives. Null for others. */
function namesOf(store: Store, jobId: string): readonly (string | null)[] {
  const { request } = store.jobs.get(jobId);
  return request.kind === 'evaluate' ? request.high.map((path) => (isAbsolute(path) ? basename(path) : null)) : [];
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
      const portable = (path: string): string => portablePath(project.dir, path);
      const request = {
        kind: 'evaluate' as const,
        ...input,
        high: input.high.map(portable),
        ...(input.low === undefined ? {} : { low: input.low.map(portable) }),
        out: input.out === null ? null : portable(input.out),
        checkpointId: checkpoint.id,
      };
      return startJob({ project, runner, request, datasetFingerprint });
    },

    'evaluation.list': async ({ project }) => {
      const { rows, names } = await sessions.read(project, (opened) => {
        const found = reportRows(opened, 'evaluate');
        return {
          rows: found,
          names: new Map(found.artifacts.map(({ jobId }) => [jobId, namesOf(opened.store, jobId)])),
        };
      });
      const found = await readReports(rows, evaluationReport);
      return found.map((evaluation) => {
        const called = names.get(evaluation.job) ?? [];
        const scans = evaluation.report.scans.map((scan, at) => ({ ...scan, source: called[at] ?? scan.source }));
        return { ...evaluation, report: { ...evaluation.report, scans } };
      });
    },
  };
}
