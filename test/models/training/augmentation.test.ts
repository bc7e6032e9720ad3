import type * as TensorFlow from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  augmentationSettings,
  createAugmentation,
  overfitting,
  rampLength,
  type Augmentation,
} from '#models/training/augmentation.ts';
import { createRandom } from '#shared/random.ts';
import { testEngine } from '../engine.ts';

const scans = 20;
const batch = 4;
const adaptive = (): Augmentation =>
  createAugmentation({ settings: { augment: 'adaptive', augmentStrength: 0.2 }, scans, random: () => createRandom(1) });
/** A look: what a discriminator says of training, held-out and synthetic scans. */
const look = (training: number, heldOut: number, synthetic: number) => ({
  'augment.training': training,
  'augment.heldOut': heldOut,
  'augment.synthetic': synthetic,
});
const strengthOf = (figures: Readonly<Record<string, number>>): number => figures['augment.strength'] ?? NaN;

describe('overfitting', () => {
  it('is 0 where held-out scans are scored as training scans, 1 where as synthetic ones, and 0 without a difference', () => {
    expect(overfitting({ training: 5, heldOut: 5, synthetic: -3 })).toBe(0);
    expect(overfitting({ training: 5, heldOut: -3, synthetic: -3 })).toBe(1);
    expect(overfitting({ training: 5, heldOut: 1, synthetic: -3 })).toBe(0.5);
    expect(overfitting({ training: 1, heldOut: 0, synthetic: 1 })).toBe(0);
    expect(overfitting({ training: 1, heldOut: 0.9, synthetic: 0.99 })).toBe(1);
  });

  it('does not depend on where scores begin or on their unit', () => {
    const [a, b] = [
      overfitting({ training: 3, heldOut: 2, synthetic: -1 }),
      overfitting({ training: 130, heldOut: 120, synthetic: 90 }),
    ];
    expect(b).toBeCloseTo(a, 12);
  });
});

describe('adaptive augmentation', () => {
  it('rises where training scans are told from held-out ones, and falls where only from synthetic ones', () => {
    const augmentation = adaptive();
    let figures = augmentation.follow({ loss: 1, ...look(2, -1.9, -2) }, batch);
    expect(figures).toEqual({ loss: 1, 'augment.overfitting': 0.975, 'augment.strength': 16 / rampLength(scans) });
    figures = augmentation.follow(look(2, -1.9, -2), batch);
    expect(strengthOf(figures)).toBe(32 / rampLength(scans));
    figures = augmentation.follow(look(2, 1.9, -2), batch);
    expect(strengthOf(figures)).toBe(16 / rampLength(scans));
    for (let step = 0; step < 5; step++) figures = augmentation.follow(look(2, 1.9, -2), batch);
    expect(strengthOf(figures)).toBe(0);
    expect(strengthOf(augmentation.follow({ loss: 1 }, batch))).toBe(0); // nothing compared, nothing moved
  });

  it('stays below the strength at which augmentation would show in what a network makes', () => {
    const augmentation = adaptive();
    let figures = {};
    for (let step = 0; step < rampLength(scans); step++) figures = augmentation.follow(look(2, -2, -2), batch);
    expect(strengthOf(figures)).toBe(0.8);
  });

  it('could come from 0 to 1 in a number of scans that grows with the training set', () => {
    expect([0, 10, 100, 1000, 100_000].map(rampLength)).toEqual([2000, 2000, 10_000, 100_000, 500_000]);
  });

  it('asks for held-out scans at every fourth step, other ones each time', () => {
    const augmentation = adaptive();
    const asked = Array.from({ length: 8 }, () => {
      const plan = augmentation.nextHeldOut({ count: batch, side: 16 });
      augmentation.follow({}, batch);
      return plan;
    });
    const nothing = [null, null, null];
    expect(asked).toEqual([...nothing, { from: 0, count: 4, side: 16 }, ...nothing, { from: 4, count: 4, side: 16 }]);
  });

  it('goes on from its counters, and from nothing where a checkpoint has none', () => {
    const [straight, resumed] = [adaptive(), adaptive()];
    for (let step = 0; step < 6; step++) straight.follow(look(2, -2, -2), batch);
    const values = straight.counted.counters?.values() ?? {};
    expect(Object.values(values).every(Number.isInteger)).toBe(true);
    resumed.counted.counters?.restore(values);
    expect(resumed.nextHeldOut({ count: 4, side: 16 })).toEqual(straight.nextHeldOut({ count: 4, side: 16 }));
    expect(resumed.follow(look(2, 2, -2), batch)).toEqual(straight.follow(look(2, 2, -2), batch));
    resumed.counted.counters?.restore({});
    expect(strengthOf(resumed.follow({}, batch))).toBe(0);
  });

  it('changes all three kinds alike: what it compares, it has changed', async () => {
    const tf = await testEngine();
    const augmentation = createAugmentation({
      settings: { augment: 'fixed', augmentStrength: 0.8 },
      scans,
      random: () => createRandom(3),
    });
    const x = tf.randomUniform<TensorFlow.Rank.R5>([2, 8, 8, 8, 1], -1, 1, 'float32', 1);
    const [a, b] = [augmentation.change(x), augmentation.change(x)]; // the same draws: the same change
    expect(await a.data()).toEqual(await b.data());
    expect(await a.data()).not.toEqual(await x.data());
    tf.dispose([x, a, b]);
  });
});

describe('augmentation that is off', () => {
  it('gives back the same tensor, draws nothing, reports nothing, and is in no checkpoint', async () => {
    const tf = await testEngine();
    const random = createRandom(1);
    const before = random.state();
    const off = createAugmentation({
      settings: z.object(augmentationSettings).parse({}),
      scans,
      random: () => random,
    });
    const x = tf.zeros<TensorFlow.Rank.R5>([1, 8, 8, 8, 1]);
    expect(off.change(x)).toBe(x);
    expect(random.state()).toEqual(before);
    expect(off.follow({ loss: 2 }, batch)).toEqual({ loss: 2 });
    expect(off.nextHeldOut({ count: 4, side: 8 })).toBeNull();
    expect(off.counted).toEqual({});
    x.dispose();
  });
});

it('understands what α-WGAN had before: on or off', () => {
  const schema = z.object(augmentationSettings);
  expect(schema.parse({ augment: true }).augment).toBe('fixed');
  expect(schema.parse({ augment: false }).augment).toBe('off');
  const described = { enum: ['off', 'fixed', 'adaptive'], default: 'off' }; // of which the form and `model list` are made
  expect(z.toJSONSchema(schema, { io: 'input' }).properties?.['augment']).toMatchObject(described);
});
