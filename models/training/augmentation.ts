/**
 * Augmentation of what a discriminator sees, at a strength that is given or follows from how much it has learned its
 * training scans by heart: adaptive discriminator augmentation (Karras et al. 2020, arXiv 2006.06676, section 3).
 *
 * Why it goes by held-out scans: docs/decisions/0025-augmentation-for-small-cohorts.md.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { Random } from '#shared/random.ts';
import type { BatchPlan, Counters, NamedTensors, Scalars } from '../model.ts';
import { applyChanges, drawChanges, type ChangePlan, type Changes } from './augment.ts';

/** Above it, what a network makes begins to look augmented (Karras et al. 2020, section 2.2). */
const mostStrength = 0.8;

/** In earlier versions α-WGAN's `augment` was on or off. */
const named = (value: unknown): unknown => (typeof value === 'boolean' ? (value ? 'fixed' : 'off') : value);

/** Settings that all adversarial models share. */
export const augmentationSettings = {
  augment: z.preprocess(
    named,
    z
      .enum(['off', 'fixed', 'adaptive'])
      .default('off')
      .describe(
        'For few scans: move, turn, scale, brighten and cut real and synthetic scans alike before the discriminator sees them; adaptive: as much as it learns its training scans by heart',
      ),
  ),
  augmentStrength: z
    .number()
    .min(0)
    .max(mostStrength)
    .default(0.2)
    .describe('Probability of each kind of change, where augment is fixed'),
};
export type AugmentationSettings = z.output<z.ZodObject<typeof augmentationSettings>>;

/** An adaptive strength goes by held-out scans. */
export const needsHeldOut = ({ augment }: AugmentationSettings): boolean => augment === 'adaptive';

/** Steps from one look at held-out scans to the next, as published. */
const lookEvery = 4;
/** Overfitting above which the strength rises; as published. */
const target = 0.6;
/** Passes over the training scans in which the strength could rise from 0 to 1, within what can be waited for. */
const ramp = { passes: 100, least: 2_000, most: 500_000 } as const;

/** Scans shown while the strength could rise from 0 to 1, for a training set of so many. */
export function rampLength(scans: number): number {
  return Math.min(ramp.most, Math.max(ramp.least, ramp.passes * scans));
}

/** One for each kind of scans, which were changed alike. */
interface Compared<T> {
  readonly training: T;
  readonly heldOut: T;
  readonly synthetic: T;
}

export interface Augmentation {
  /** New changes for scans seen at `side`, or for slabs of them; null where nothing is to happen. */
  draw(seen: Omit<ChangePlan, 'strength'>): Changes;
  /** Scans [b, s, s, s, 1], each changed in its own way; the same tensor where nothing is to happen. */
  change(x: tf.Tensor5D): tf.Tensor5D;
  /** Held-out scans to compare in the next step with as many training scans; null: none. */
  nextHeldOut(plan: Pick<BatchPlan, 'count' | 'side'>): BatchPlan | null;
  /** Mean scores as terms of the step, of which `follow` makes what is reported; takes the scores over. */
  compare(scores: Compared<tf.Tensor>): NamedTensors;
  /** Ends a step on `shown` scans: moves the strength by what was compared, and reports it. */
  follow(figures: Scalars, shown: number): Scalars;
  /** What a checkpoint holds, where the strength moves. */
  readonly counted: { readonly counters?: Counters };
}

interface AugmentationOptions {
  readonly settings: AugmentationSettings;
  /** In the training set. */
  readonly scans: number;
  /** The model's generator of everything random in a step. */
  random(): Random;
}

/** Off, it draws nothing, changes nothing and reports nothing. */
export function createAugmentation({ settings, scans, random }: AugmentationOptions): Augmentation {
  const isAdaptive = needsHeldOut(settings);
  const whole = rampLength(scans);
  let [risen, steps] = [0, 0]; // how far up the ramp, in scans, and steps taken
  const strength = (): number => {
    switch (settings.augment) {
      case 'off':
        return 0;
      case 'fixed':
        return settings.augmentStrength;
      case 'adaptive':
        return risen / whole;
    }
  };
  const draw: Augmentation['draw'] = (seen) =>
    strength() === 0 ? null : drawChanges(random(), { ...seen, strength: strength() });

  const counters: Counters = {
    values: () => ({ augmentRisen: risen, augmentSteps: steps }),
    restore(values) {
      // A checkpoint that was written without adaptation has come to neither.
      [risen, steps] = [values['augmentRisen'] ?? 0, values['augmentSteps'] ?? 0];
    },
    finish: () => undefined,
  };

  return {
    draw,
    change: (x) => applyChanges(x, draw({ count: x.shape[0], side: x.shape[1], isInPlane: false })),
    nextHeldOut({ count, side }) {
      if (!isAdaptive || (steps + 1) % lookEvery !== 0) return null;
      return { from: Math.floor(steps / lookEvery) * count, count, side };
    },
    compare(scores) {
      const { training, heldOut, synthetic } = scores;
      const means = tf.tidy(() => [training, heldOut, synthetic].map((score) => tf.mean(score)));
      tf.dispose([training, heldOut, synthetic]);
      return Object.fromEntries(scoreNames.map((name, kind) => [name, means[kind] as tf.Tensor]));
    },
    follow(figures, shown) {
      if (settings.augment === 'off') return figures;
      steps += 1;
      const [training, heldOut, synthetic] = scoreNames.map((name) => figures[name]);
      if (training === undefined || heldOut === undefined || synthetic === undefined)
        return { ...figures, 'augment.strength': strength() };
      const found = overfitting({ training, heldOut, synthetic });
      const moved = risen + (found > target ? 1 : -1) * lookEvery * shown;
      risen = Math.min(Math.floor(mostStrength * whole), Math.max(0, moved));
      const others = Object.entries(figures).filter(([name]) => !isScore(name));
      return { ...Object.fromEntries(others), 'augment.overfitting': found, 'augment.strength': strength() };
    },
    counted: isAdaptive ? { counters } : {},
  };
}

/** Of training, held-out and synthetic scans, in a step's terms. */
const scoreNames = ['augment.training', 'augment.heldOut', 'augment.synthetic'] as const;
const isScore = (name: string): boolean => scoreNames.some((score) => score === name);

/**
 * How far training scores lie above held-out ones, as a share of how far above synthetic ones (r_v of Karras et al. 2020,
 * equation 1), held in [-1, 1]: 0 where held-out scans are scored as training scans are, 1 where as synthetic ones. It does
 * not depend on where a critic's scores begin or on their unit.
 */
export function overfitting({ training, heldOut, synthetic }: Compared<number>): number {
  const spread = training - synthetic;
  return spread > 0 ? Math.min(1, Math.max(-1, (training - heldOut) / spread)) : 0;
}
