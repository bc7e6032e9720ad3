/** The commands about models. */
import { join } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { DatasetRecord, JobProgress } from '#contract/records.ts';
import { conditionOf } from '#shared/condition.ts';
import { formatFactor } from '#shared/volume/factor.ts';
import { chooseCheckpoint } from '../checkpoints/chooseCheckpoint.ts';
import type { BackendContext } from '../context.ts';
import { startJob } from '../jobs/startJob.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { planTraining } from './planTraining.ts';
import { describeModel } from './describeModel.ts';
import { loadRegistry, type ModelEntry } from './loadRegistry.ts';
import { parseConfig } from './parseConfig.ts';

/** Faces are personal data that a network can give away. Throws `usage`. */
function requireNoHeads({ name, heads }: DatasetRecord): void {
  if (heads === 0) return;
  const found =
    heads === 1 ? '1 training scan that shows a whole head' : `${String(heads)} training scans that show whole heads`;
  throw new AppError(
    'usage',
    `The dataset "${name}" holds ${found}. A network can show the faces it was trained on, and people are known by them: face recognition found 97 % of the persons behind such scans (Schwarz 2021). Import the scans again with a brain mask (--brain-mask human), take them out of the dataset, or allow it with --allow-heads.`,
  );
}

/** Can this model learn from this dataset? */
function requireFit(entry: ModelEntry, config: unknown, { store }: OwnedProject, dataset: DatasetRecord): void {
  if (entry.kind === 'generator' && !entry.grids.includes(dataset.grid)) {
    throw new AppError(
      'usage',
      `${entry.id} works on grids of ${entry.grids.join(', ')}; the dataset "${dataset.name}" has ${String(dataset.grid)}. Import the scans again with one of those.`,
    );
  }
  if (dataset.train === 0) {
    throw new AppError(
      'usage',
      `The dataset "${dataset.name}" has no training scans: all ${String(dataset.volumes)} are held out. Import it again with a smaller --holdout.`,
    );
  }
  if (entry.kind === 'generator') {
    const scans = store.datasets.volumes(dataset.id).filter(({ split }) => split === 'train');
    conditionOf(scans, entry.condition?.(config) ?? '');
    if (entry.needsHeldOut?.(config) === true && dataset.heldout === 0) {
      throw new AppError(
        'usage',
        `augment=adaptive goes by how the discriminator scores held-out scans, and the dataset "${dataset.name}" has none. Set augment=fixed, or import the scans again with a --holdout above 0.`,
      );
    }
    return;
  }
  const learned = formatFactor(entry.patches(config).factor);
  const [paired] = store.datasets.volumes(dataset.id).flatMap(({ low }) => (low === null ? [] : [low]));
  if (paired === undefined || formatFactor(paired.factor) === learned) return;
  throw new AppError(
    'usage',
    `The real pairs of the dataset "${dataset.name}" are of factor ${formatFactor(paired.factor)}, the model is set to ${learned}. Train it with --set factor=${formatFactor(paired.factor)}, or on a dataset without pairs.`,
  );
}

export function modelHandlers({
  sessions,
  runner,
  emit,
}: BackendContext): Pick<Handlers, 'model.list' | 'model.train' | 'model.plan' | 'model.stopPlanning'> {
  return {
    'model.list': async () => (await loadRegistry()).registry.map(describeModel),

    'model.train': async ({ project: dir, dataset: name, preset, overrides, ...input }) => {
      const { registry } = await loadRegistry();
      const entry = registry.find(({ id }) => id === input.modelId);
      if (entry === undefined) {
        const known = registry.map(({ id }) => id).join(', ');
        throw new AppError('usage', `There is no model "${input.modelId}". There is: ${known}.`);
      }
      const parsed = parseConfig(entry, { preset, overrides });
      const project = await sessions.own(dir);
      const dataset = project.store.datasets.byName(name);
      requireFit(entry, parsed.config, project, dataset);
      if (input.allowHeads !== true) requireNoHeads(dataset);
      if (input.startFrom !== undefined) await chooseCheckpoint(project.store, input.startFrom, entry.kind);
      return startJob({
        project,
        runner,
        request: { kind: 'train', ...input, datasetId: dataset.id, ...parsed },
        datasetFingerprint: dataset.fingerprint,
      });
    },

    'model.plan': async ({ project: dir, dataset: name, modelId, preset, overrides, freeBytes }) => {
      const entry = (await loadRegistry()).findModel(modelId);
      const { config } = parseConfig(entry, { preset, overrides });
      const project = await sessions.own(dir);
      const dataset = project.store.datasets.byName(name);
      requireFit(entry, config, project, dataset);
      const volumes = project.store.datasets
        .volumes(dataset.id)
        .filter((volume) => volume.split === 'train')
        .map(({ path, attributes }) => ({ path: join(project.dir, path), attributes }));
      const report = (progress: JobProgress): void => {
        emit({ type: 'plan.progressed', project: project.dir, progress });
      };
      return runner.whileIdle((signal) =>
        planTraining({ entry, config, grid: dataset.grid, volumes, freeBytes, signal, report }),
      );
    },

    'model.stopPlanning': () => {
      runner.endBorrowed();
      return Promise.resolve(null);
    },
  };
}
