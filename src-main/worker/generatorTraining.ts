/**
 * Training of a model that makes scans: batches of whole volumes; the preview shows a few of its scans and, where it has an
 * encoder, held-out scans beside what it makes of their codes.
 */
import * as tf from '@tensorflow/tfjs';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import type { BatchPlan, GeneratorEntry, GeneratorModel } from '#models/model.ts';
import { classOf, conditionInOrder, conditionOf, type Condition } from '#shared/condition.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { createOrder } from './dataOrder.ts';
import { readDatasetVolume } from './datasetVolume.ts';
import { createHealthProbe } from './healthProbe.ts';
import type { Training, TrainingRequest } from './training.ts';
import { createVolumeBatches } from './volumeBatches.ts';
import { volumesOf } from './volumesOf.ts';

const previewCount = 4;
const reconstructed = 2; // held-out scans
/** The same latents in every preview of every run. */
export const previewSeed = 1;

export function createGeneratorTraining(
  entry: GeneratorEntry,
  { config, grid, fileGrid = grid, volumes, seed, conditionBefore, memory }: TrainingRequest,
): Training {
  const scans = volumes.filter((volume) => volume.split === 'train');
  const paths = scans.map((volume) => volume.path);
  const sorted = conditionOf(scans, entry.condition?.(config) ?? '');
  const condition = conditionBefore === undefined ? sorted : conditionInOrder(sorted, conditionBefore);
  const classes = condition === null ? [] : scans.map((scan) => classOf(condition, scan));
  const classAt = createOrder(classes, seed); // in the order of the volumes
  const batchSize = entry.batchSize(config);
  const batches = createVolumeBatches({ paths, grid: fileGrid, seed });
  const known = { config, grid, seed, memory, scans: paths.length, classes: condition?.values.length ?? 0 };
  const model = entry.create(known);
  const health = createHealthProbe(model, { grid, volumes, seed });
  const heldOut = volumes.filter((volume) => volume.split === 'heldout');
  const unseen = createVolumeBatches({ paths: heldOut.map((volume) => volume.path), grid, seed });
  /** A dry run has no held-out scans to compare with, and does without. */
  const nextHeldOut = (): BatchPlan | null => (heldOut.length === 0 ? null : (model.nextHeldOut?.() ?? null));
  return {
    model,
    condition,
    trainedOn: null,
    probe: () => health.measure(),
    nextCount: () => model.nextBatch?.().count ?? entry.updateSize?.(config) ?? batchSize,
    drawnUntil: (iteration) => model.nextBatch?.().from ?? iteration * batchSize,

    async step(iteration) {
      const plan = model.nextBatch?.() ?? { from: (iteration - 1) * batchSize, count: batchSize, side: grid };
      const asked = nextHeldOut();
      const compared = asked === null ? undefined : await unseen.batch(asked);
      const real = await batches.batch(plan);
      try {
        const labels =
          condition === null ? undefined : Array.from({ length: plan.count }, (_, index) => classAt(plan.from + index));
        return await model.step(real, labels, compared);
      } finally {
        real.dispose();
        compared?.dispose();
      }
    },

    async preview() {
      const samples = model.generate({ count: previewCount, seed: previewSeed, truncation: 1 });
      try {
        const sampled = (await volumesOf(samples)).map((volume) => ({ volume, low: -1, high: 1 }));
        const pairs = await reconstruct(model, heldOut.slice(0, reconstructed), { grid, condition });
        const cells = pairs.flatMap(({ scan, made }) => [
          { volume: scan, low: -1, high: 1, caption: 'held out' },
          { volume: made, low: -1, high: 1, caption: 'from its code' },
        ]);
        return { picture: drawContactSheet([...sampled, ...cells], { columns: 2 }), metrics: {} };
      } finally {
        samples.dispose();
      }
    },
  };
}

interface Reconstruction {
  readonly scan: Volume;
  readonly made: Volume;
}

/** Scans through encoder and generator, one at a time; none of a model without encoder, or of a class it does not know. */
async function reconstruct(
  model: GeneratorModel,
  scans: TrainingRequest['volumes'],
  { grid, condition }: { readonly grid: number; readonly condition: Condition | null },
): Promise<Reconstruction[]> {
  const { encode, generateFrom } = model;
  if (encode === undefined || generateFrom === undefined) return [];
  const pairs: Reconstruction[] = [];
  for (const described of scans) {
    if (condition?.values.includes(String(described.attributes[condition.column])) === false) continue;
    const scan = await readDatasetVolume(described.path, grid);
    const labels = condition === null ? [] : [classOf(condition, described)];
    const made = tf.tidy(() => {
      const real = tf.tensor5d(Float32Array.from(scan.data), [1, grid, grid, grid, 1]);
      return generateFrom(encode(real), labels);
    });
    const [volume] = (await volumesOf(made)) as [Volume];
    made.dispose();
    pairs.push({ scan: { ...scan, affine: volume.affine }, made: volume });
  }
  return pairs;
}
