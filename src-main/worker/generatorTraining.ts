/** Training of a model that makes scans: batches of whole volumes; the preview shows a few of its scans. */
import { drawContactSheet } from '#imaging/contactSheet.ts';
import type { GeneratorEntry } from '#models/model.ts';
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
  const paths = volumes.filter((volume) => volume.split === 'train').map((volume) => volume.path);
  const batchSize = entry.batchSize(config);
  const batches = createVolumeBatches({ paths, grid, seed });
  const model = entry.create({ config, grid, seed, scans: paths.length });
  return {
    model,
    trainedOn: null,
    drawnUntil: (iteration) => model.nextBatch?.().from ?? iteration * batchSize,

    async step(iteration) {
      const plan = model.nextBatch?.() ?? { from: (iteration - 1) * batchSize, count: batchSize, side: grid };
      const real = await batches.batch(plan);
      try {
        return await model.step(real);
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
