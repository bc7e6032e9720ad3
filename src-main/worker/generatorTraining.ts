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
  const batches = createVolumeBatches({ paths, grid, batchSize, seed });
  const model = entry.create({ config, grid, seed });
  return {
    model,
    drawn: batchSize,
    trainedOn: null,

    async step(iteration) {
      const real = await batches.batch(iteration);
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
