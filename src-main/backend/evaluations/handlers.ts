/** The commands about evaluations of super-resolution: asking for one, and what all of them found. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Evaluation, Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { evaluationReport } from '#contract/evaluation.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import { givenCheckpoint } from '../checkpoints/givenCheckpoint.ts';
import type { BackendContext } from '../context.ts';
import { startJob } from '../jobs/startJob.ts';

function requireAbsolute(paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new AppError('usage', `Paths must be absolute; one is "${relative}".`);
}

/** Null where the file is gone or is not a report: `project check` tells of it. */
async function readEvaluation(
  dir: string,
  json: ArtifactRecord,
  artifacts: readonly ArtifactRecord[],
): Promise<Evaluation | null> {
  try {
    const report = evaluationReport.parse(JSON.parse(await readFile(join(dir, json.path), 'utf8')));
    const html = artifacts.find(({ jobId, kind, path }) => jobId === json.jobId && kind === 'report' && path.endsWith('.html')); // prettier-ignore
    return { job: json.jobId, jsonId: json.id, htmlId: html?.id ?? null, report };
  } catch {
    return null;
  }
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

    'evaluation.list': async ({ project }) => {
      const { dir, artifacts } = await sessions.read(project, ({ dir: folder, store }) => {
        const succeeded = new Set(store.jobs.list().filter(({ kind, state }) => kind === 'evaluate' && state === 'succeeded').map(({ id }) => id)); // prettier-ignore
        return { dir: folder, artifacts: store.artifacts.list().filter(({ jobId }) => succeeded.has(jobId)) };
      });
      const documents = artifacts.filter(
        ({ kind, path }) => kind === 'report' && path.endsWith('.json') && !isAbsolute(path),
      );
      const found = await Promise.all(documents.map((json) => readEvaluation(dir, json, artifacts)));
      return found.filter((evaluation) => evaluation !== null).reverse();
    },
  };
}
