/** A batch in pieces gives the gradients of the whole one, and memory that runs out costs nothing but time. */
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { TrainingMemory } from '#contract/trainingMemory.ts';
import type { GeneratorEntry, GeneratorModel } from '#models/model.ts';
import { alphaWgan } from '#models/alphaWgan.ts';
import { autoencoder } from '#models/autoencoder.ts';
import { dcGan } from '#models/dcGan.ts';
import { haGan } from '#models/haGan.ts';
import { progressiveGan } from '#models/progressiveGan.ts';
import { styleGan } from '#models/styleGan.ts';
import { vae } from '#models/vae.ts';
import { createMemoryPlan } from '#models/training/memoryPlan.ts';
import { testEngine } from './engine.ts';
import { smallConfigs } from './smallConfigs.ts';

interface Case {
  readonly entry: GeneratorEntry;
  readonly grid: number;
  readonly config: object;
  /** Whether a norm makes the scans of a batch depend on one another: pieces change what is learned then. */
  readonly couples?: boolean;
}

const few = { augment: 'fixed', augmentStrength: 0.8, r1: 1 };
const growing = { comparesBatch: false, kimg: 0.003 };
const cases: readonly Case[] = [
  { entry: haGan, grid: 32, config: { ...few, batch: 3, latent: 8 } },
  { entry: progressiveGan, grid: 16, config: { ...growing, batch4: 3, mirror: true } },
  { entry: styleGan, grid: 16, config: { ...growing, batch8: 3, ...few, mixing: 0.5 } },
  { entry: alphaWgan, grid: 16, config: { ...few, batch: 3, codeUnits: 16 } },
  { entry: alphaWgan, grid: 16, config: { variant: 'kwon', codeUnits: 16 }, couples: true },
  { entry: autoencoder, grid: 16, config: {}, couples: true },
  { entry: vae, grid: 16, config: {}, couples: true },
  { entry: dcGan, grid: 16, config: few, couples: true },
];

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

function create({ entry, grid, config }: Case, settings: TrainingMemory): GeneratorModel {
  const parsed = entry.configSchema.parse({ ...smallConfigs[entry.id], ...config });
  return entry.create({ config: parsed, grid, seed: 3, memory: createMemoryPlan(settings) });
}

/** Losses of one step, and the gradients (times 1 − β₁) of every optimiser in it, joined. */
async function oneStep(of: Case, settings: TrainingMemory): Promise<{ losses: number[]; gradients: number[][] }> {
  const model = create(of, settings);
  const parsed = of.entry.configSchema.parse({ ...smallConfigs[of.entry.id], ...of.config });
  const { count, side } = model.nextBatch?.() ?? { count: of.entry.batchSize(parsed), side: of.grid };
  const real = tf.randomUniform<TensorFlow.Rank.R5>([count, side, side, side, 1], -1, 1, 'float32', 5);
  const before = tf.memory().numTensors;
  const losses = Object.values(await model.step(real));
  expect(tf.memory().numTensors).toBe(before);
  const gradients = Object.values(model.optimizers).map((optimizer) =>
    Object.entries(optimizer.moments()).flatMap(([name, moment]) =>
      name.endsWith('.first') ? Array.from(moment.dataSync()) : [],
    ),
  );
  real.dispose();
  model.dispose();
  return { losses, gradients };
}

/** Length of the difference relative to that of `a`. */
function distance(a: readonly number[], b: readonly number[]): number {
  const length = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  expect(b).toHaveLength(a.length);
  return length(a.map((value, index) => value - (b[index] ?? 0))) / length(a);
}

describe.each(cases)('$entry.id', (of) => {
  const { couples } = of;
  it.each([
    { pieces: couples === true ? 1 : 2, recompute: true },
    ...(couples === true ? [] : [{ pieces: 3, recompute: false }]),
  ])('learns the same in %o', async (settings) => {
    const whole = await oneStep(of, { pieces: 1, recompute: false });
    const cut = await oneStep(of, settings);
    expect(distance(whole.losses, cut.losses)).toBeLessThan(1e-4);
    whole.gradients.forEach((gradient, index) => {
      expect(distance(gradient, cut.gradients[index] ?? [])).toBeLessThan(1e-3);
    });
  });
});
