/** The commands that take weights in from other programs, hand them on, and run a network on given codes. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendContext } from '../context.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { startJob } from '../jobs/startJob.ts';
import { loadRegistry, type ModelEntry } from '../models/loadRegistry.ts';
import { parseConfig } from '../models/parseConfig.ts';
import { requireWritable } from '../outFolder.ts';
import { checkpointDir } from '../projects/layout.ts';
import { chooseCheckpoint } from './chooseCheckpoint.ts';

function requireAbsolute(path: string): void {
  if (!isAbsolute(path)) throw new AppError('usage', `Paths must be absolute; this one is "${path}".`);
}

async function requireNew(path: string, ending: string): Promise<void> {
  requireAbsolute(path);
  if (!path.endsWith(ending)) throw new AppError('usage', `The file must end in ${ending}; this one is "${path}".`);
  if (existsSync(path)) throw new AppError('already-exists', `${path} is there already. Choose another name.`);
  await requireWritable(dirname(path));
}

/**
 * The settings of a network with these classes: the column that they are values of, where none is named. Throws `usage`
 * where the model cannot be conditional, or a column is named and its values are not.
 */
function withColumn(
  entry: ModelEntry,
  overrides: Readonly<Record<string, unknown>>,
  classes: readonly string[] | undefined,
): Readonly<Record<string, unknown>> {
  const { condition: column = '' } = overrides;
  if (classes === undefined && column === '') return overrides;
  if (classes === undefined)
    throw new AppError('usage', 'The file does not say which classes its network tells apart. Name them in its order with --classes a,b.'); // prettier-ignore
  if (entry.kind !== 'generator' || entry.condition === undefined)
    throw new AppError('usage', `${entry.id} cannot be conditional: leave the classes out.`);
  return column === '' ? { ...overrides, condition: 'class' } : overrides;
}

export function weightsHandlers({
  sessions,
  runner,
}: BackendContext): Pick<Handlers, 'checkpoint.importWeights' | 'checkpoint.exportWeights' | 'checkpoint.render'> {
  return {
    'checkpoint.importWeights': async ({ project: dir, dataset: name, preset, overrides, ...input }) => {
      requireAbsolute(input.file);
      const entry = (await loadRegistry()).findModel(input.modelId);
      const { config } = parseConfig(entry, { preset, overrides: withColumn(entry, overrides, input.classes) });
      const project = await sessions.own(dir);
      const dataset = name === null ? null : project.store.datasets.byName(name);
      const grid = input.grid ?? dataset?.grid ?? null;
      if (dataset !== null && dataset.grid !== grid)
        throw new AppError('usage', `The dataset "${dataset.name}" has a grid of ${String(dataset.grid)}: leave --grid out.`); // prettier-ignore
      if (grid !== null && entry.kind === 'generator' && !entry.grids.includes(grid))
        throw new AppError('usage', `${entry.id} works on grids of ${entry.grids.join(', ')}, not ${String(grid)}.`);
      const request = { kind: 'weights-import', ...input, grid, config, datasetId: dataset?.id ?? null } as const;
      return startJob({ project, runner, request, datasetFingerprint: dataset?.fingerprint ?? null });
    },

    'checkpoint.exportWeights': async ({ project: dir, checkpoint: id, file, network }) => {
      await requireNew(file, '.safetensors');
      return sessions.read(dir, async ({ store, dir: folder }) => {
        const checkpoint = store.checkpoints.get(id);
        const { networks, tensors, bytes, sha256 } = await runOnce(
          {
            kind: 'weights-export',
            request: { file, network },
            checkpointDir: checkpointDir(folder, checkpoint),
            checkpointSha256: checkpoint.sha256,
          },
          'exported',
        );
        return { networks, tensors, bytes, sha256 };
      });
    },

    'checkpoint.render': async ({ project: dir, checkpoint: id, latents, out }) => {
      requireAbsolute(latents);
      await requireNew(out, '.npy');
      const project = await sessions.own(dir);
      await project.ready;
      const checkpoint = await chooseCheckpoint(project.store, id, 'generator');
      return startJob({
        project,
        runner,
        request: { kind: 'render', checkpointId: checkpoint.id, latents, out, seed: 0 },
        datasetFingerprint: project.store.jobs.get(checkpoint.jobId).datasetFingerprint,
      });
    },
  };
}
