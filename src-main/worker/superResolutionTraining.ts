/** Training of a model that makes scans finer: on pairs of patches from the training split, watched on held-out scans. */
import * as tf from '@tensorflow/tfjs';
import type { SuperResolutionEntry } from '#models/model.ts';
import { describeScans } from './describeScans.ts';
import { createPatchBatches } from './patchBatches.ts';
import { createPatchPreview } from './patchPreview.ts';
import type { Training, TrainingRequest } from './training.ts';
import type { PairPaths } from './trainingPair.ts';

export async function createSuperResolutionTraining(
  entry: SuperResolutionEntry,
  { config, grid, volumes, seed }: TrainingRequest,
): Promise<Training> {
  const plan = entry.patches(config);
  const scansOf = (split: 'train' | 'heldout'): PairPaths[] => volumes.filter((volume) => volume.split === split);
  const [trained, heldOut] = [scansOf('train'), scansOf('heldout')];
  const pairs = trained.some(({ lowPath }) => lowPath !== null) ? 'real' : 'made';
  const batches = createPatchBatches({ scans: trained, grid, plan, seed });
  const described = await describeScans(
    trained.map(({ path }) => path),
    { grid, seed },
  );
  const isHeldOut = heldOut.length > 0;
  const preview = await createPatchPreview({ scans: isHeldOut ? heldOut : trained, isHeldOut, grid, plan });
  const model = entry.create({ config, seed });
  return {
    model,
    condition: null,
    trainedOn: { factor: [...plan.factor], profile: plan.profile, noise: plan.noise, pairs, ...described },

    nextCount: () => null,
    drawnUntil: (iteration) => iteration * plan.count,

    async step(iteration) {
      const pair = await batches.batch(iteration);
      try {
        return await model.step(pair);
      } finally {
        tf.dispose([pair.low, pair.high]);
      }
    },

    preview: () => preview.show(model),
    // The preview compares it with the truth; nothing is made up of which there could be too little.
    probe: () => Promise.resolve({ similarity: null, gap: null, checkerboard: null }),
  };
}
