/** Training of a model that makes scans: batches of whole volumes; the preview shows a few of its scans. */
import { drawContactSheet } from '#imaging/contactSheet.ts';
import type { GeneratorEntry } from '#models/model.ts';
import { classOf, conditionOf } from '#shared/condition.ts';
import { createOrder } from './dataOrder.ts';
import type { Training, TrainingRequest } from './training.ts';
import { createVolumeBatches } from './volumeBatches.ts';
import { volumesOf } from './volumesOf.ts';

const previewCount = 4;
/** The same latents in every preview of every run. */
export const previewSeed = 1;

export function createGeneratorTraining(
  entry: GeneratorEntry,
  { config, grid, volumes, seed }: TrainingRequest,
): Training {
  const scans = volumes.filter((volume) => volume.split === 'train');
  const paths = scans.map((volume) => volume.path);
  const condition = conditionOf(scans, entry.condition?.(config) ?? '');
  const classes = condition === null ? [] : scans.map((scan) => classOf(condition, scan));
  const classAt = createOrder(classes, seed); // in the order of the volumes
  const batchSize = entry.batchSize(config);
  const batches = createVolumeBatches({ paths, grid, seed });
  const model = entry.create({ config, grid, seed, scans: paths.length, classes: condition?.values.length ?? 0 });
  return {
    model,
    condition,
    trainedOn: null,
    drawnUntil: (iteration) => model.nextBatch?.().from ?? iteration * batchSize,

    async step(iteration) {
      const plan = model.nextBatch?.() ?? { from: (iteration - 1) * batchSize, count: batchSize, side: grid };
      const real = await batches.batch(plan);
      try {
        if (condition === null) return await model.step(real);
        return await model.step(
          real,
          Array.from({ length: plan.count }, (_, index) => classAt(plan.from + index)),
        );
      } finally {
        real.dispose();
      }
    },

    async preview() {
      const samples = model.generate({ count: previewCount, seed: previewSeed, truncation: 1 });
      try {
        const cells = (await volumesOf(samples)).map((volume) => ({ volume, low: -1, high: 1 }));
        return { picture: drawContactSheet(cells, { columns: 2 }), metrics: {} };
      } finally {
        samples.dispose();
      }
    },
  };
}
