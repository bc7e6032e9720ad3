/**
 * The U-Net against PyTorch: logits, loss and gradients. Golden values: `test/fixtures/models/make_u_net.py`, PyTorch 2.8
 * in 64 bits. And the segmenter: it learns, moves labels with their scans, and leaves no tensor behind.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { prepareWeights } from '#models/blocks/weights.ts';
import { diceLoss, voxelCrossEntropy } from '#models/losses/segmentation.ts';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { createSegmenter, type LabelledBatch } from '#models/segmentation/segmenter.ts';
import { lossGradients } from '#models/training/gradients.ts';
import { classDice } from '#shared/statistics/overlap.ts';
import { testEngine } from '../engine.ts';
import { parityClasses, parityLabels, parityNetwork, parityScanCount, parityScans, paritySide } from './uNetParity.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/models/u_net_golden.json', import.meta.url), 'utf8'),
) as {
  readonly every97thLogit: readonly number[];
  readonly dice: number;
  readonly crossEntropy: number;
  readonly gradients: Readonly<Record<string, number>>;
};

/** A bright ball in a dark cube, and its voxels as labels. */
function ball(side: number, at: number): { scan: Float32Array; labels: Uint8Array } {
  const labels = Uint8Array.from({ length: side ** 3 }, (_, index) => {
    const [x, y, z] = [index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2)];
    return (x - at) ** 2 + (y - side / 2) ** 2 + (z - side / 2) ** 2 < (side / 4) ** 2 ? 1 : 0;
  });
  return {
    scan: Float32Array.from(labels, (label, index) => (label === 1 ? 0.4 : -0.6) + 0.1 * Math.sin(index)),
    labels,
  };
}

describe('the segmentation network', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  it('equals PyTorch', async () => {
    registerVolumeGradients();
    const { network, logits } = parityNetwork();
    const shape = [parityScanCount, paritySide, paritySide, paritySide] as const;
    const x = tf.tensor5d(parityScans(), [...shape, 1]);
    const truth = tf.oneHot(tf.tensor(parityLabels(), [...shape], 'int32'), parityClasses) as TensorFlow.Tensor5D; // prettier-ignore
    const weights = prepareWeights(network, 'discard');

    const found = await logits(weights.leaves, x).data();
    golden.every97thLogit.forEach((value, index) => {
      expect(Math.abs((found[97 * index] ?? Number.NaN) - value)).toBeLessThan(1e-4);
    });
    const { gradients, terms } = lossGradients(weights.leaves, () => {
      const logProbabilities = tf.logSoftmax(logits(weights.leaves, x));
      const dice = diceLoss(logProbabilities, truth);
      const crossEntropy = voxelCrossEntropy(logProbabilities, truth);
      return { total: tf.add(dice, crossEntropy), terms: { dice, crossEntropy } };
    });
    expect((await terms['dice']?.data())?.[0]).toBeCloseTo(golden.dice, 5);
    expect((await terms['crossEntropy']?.data())?.[0]).toBeCloseTo(golden.crossEntropy, 5);
    const pulled = weights.pullBack(gradients);
    expect(Object.keys(pulled).toSorted()).toEqual(Object.keys(golden.gradients).toSorted());
    for (const [name, value] of Object.entries(golden.gradients)) {
      const norm = (await tf.norm(pulled[name] as TensorFlow.Tensor).data())[0] ?? Number.NaN;
      expect(Math.abs(norm / value - 1), name).toBeLessThan(1e-3);
    }
  });

  it('learns a ball by its brightness, the same way with the same seed, without a leaked tensor', async () => {
    const side = 10; // no multiple of what a side is halved by
    const examples = [4, 5, 6].map((at) => ball(side, at));
    const batch: LabelledBatch = {
      scans: examples.map(({ scan }) => scan),
      labels: examples.map(({ labels }) => labels),
      isAugmented: false,
    };
    const settings = { width: 4, classes: 2, rate: 0.03, updates: 25, seed: 3 };
    const before = tf.memory().numTensors;
    const segmenter = createSegmenter(settings);
    const first = await segmenter.step(batch);
    const during = tf.memory().numTensors;
    let last = first;
    for (let step = 1; step < settings.updates; step++) last = await segmenter.step(batch);
    const unseen = ball(side, 4.5);
    const found = await segmenter.segment(unseen.scan);
    expect(tf.memory().numTensors).toBe(during);
    segmenter.dispose();
    expect(tf.memory().numTensors).toBe(before);

    expect(last.dice).toBeLessThan(first.dice / 2);
    expect(classDice(found, unseen.labels, 1)[0]).toBeGreaterThan(0.8);
    const again = createSegmenter(settings);
    expect(await again.step(batch)).toEqual(first);
    again.dispose();
  });

  it('learns from augmented scans, whose labels move along', async () => {
    const examples = [4, 5, 6].map((at) => ball(10, at));
    const segmenter = createSegmenter({ width: 4, classes: 2, rate: 0.03, updates: 40, seed: 3 });
    const before = tf.memory().numTensors;
    const batch = {
      scans: examples.map(({ scan }) => scan),
      labels: examples.map(({ labels }) => labels),
      isAugmented: true,
    };
    for (let step = 0; step < 40; step++) await segmenter.step(batch);
    expect(tf.memory().numTensors).toBe(before);
    const unseen = ball(10, 4.5);
    const found = await segmenter.segment(unseen.scan);
    segmenter.dispose();
    expect(classDice(found, unseen.labels, 1)[0]).toBeGreaterThan(0.8);
  });
});
