/** The commands about single scans: finer with a network, coarser with the scanner model, one compared with another. */
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { superResolutionResults } from '#contract/superResolution.ts';
import { parseFactor } from '#shared/volume/factor.ts';
import { givenCheckpoint } from '../checkpoints/givenCheckpoint.ts';
import type { BackendContext } from '../context.ts';
import { newId } from '../identifiers.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { startJob } from '../jobs/startJob.ts';
import { requireWritable } from '../outFolder.ts';
import { portablePath, resultsFile, superResolvedDir } from '../projects/layout.ts';
import { currentVersions } from '../versions.ts';
import { assembleResults } from './assembleResults.ts';

function requireAbsolute(paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new AppError('usage', `Paths must be absolute; this one is "${relative}".`);
}

export function scanHandlers({
  sessions,
  runner,
}: BackendContext): Pick<Handlers, 'scan.superResolve' | 'scan.superResolveResult' | 'scan.degrade' | 'scan.compare'> {
  return {
    'scan.superResolve': async ({ project: dir, checkpoint: id, out, ...input }) => {
      requireAbsolute([...input.files, ...(out === null ? [] : [out])]);
      if (input.factor !== null) parseFactor(input.factor);
      const project = await sessions.own(dir);
      await project.ready;
      const checkpoint = await givenCheckpoint(project, id);
      if (out !== null) await requireWritable(out);
      const { datasetFingerprint } = project.store.jobs.get(checkpoint.jobId);
      const jobId = newId('super-resolve');
      return startJob({
        project,
        runner,
        request: {
          kind: 'super-resolve',
          ...input,
          files: input.files.map((file) => portablePath(project.dir, file)),
          seed: 0,
          checkpointId: checkpoint.id,
          out: portablePath(project.dir, out ?? superResolvedDir(project.dir, jobId)),
        },
        datasetFingerprint,
        id: jobId,
      });
    },

    'scan.superResolveResult': ({ project, job: id }) =>
      sessions.read(project, ({ dir, store }) => {
        const job = store.jobs.get(id);
        if (job.kind !== 'super-resolve')
          throw new AppError('usage', `Job ${job.id} made no scans finer: it is of kind ${job.kind}.`);
        const path = resultsFile(dir, job.id);
        if (!existsSync(path)) return { volumes: [] };
        const { volumes } = superResolutionResults.parse(JSON.parse(readFileSync(path, 'utf8')));
        const rows = { outcomes: store.fileOutcomes.ofJob(job.id), artifacts: store.artifacts.ofJob(job.id) };
        return { volumes: assembleResults(dir, volumes, rows) };
      }),

    'scan.compare': async (request) => {
      requireAbsolute([request.reference, request.result]);
      const { metrics } = await runOnce({ kind: 'compare', request }, 'compared');
      return metrics;
    },

    'scan.degrade': async (request) => {
      requireAbsolute([request.file, request.out]);
      parseFactor(request.factor);
      if (!/\.nii(\.gz)?$/.test(request.out))
        throw new AppError('usage', `The result must be a .nii or .nii.gz file; --out is "${request.out}".`);
      if (resolve(request.out) === resolve(request.file))
        throw new AppError('usage', 'The result would take the place of the scan itself. Choose another --out.');
      const { path, size, spacingMm, sha256, warnings } = await runOnce(
        { kind: 'degrade', request, versions: currentVersions },
        'degraded',
      );
      return { path, size, spacingMm, sha256, warnings };
    },
  };
}
