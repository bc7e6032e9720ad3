/** One person of the phantom cohort: the numbers that make a brain differ from the next, drawn from seed and number. */
import { createRandom, type Random } from '#shared/random.ts';

export interface PhantomSubject {
  readonly number: number;
  readonly ageYears: number;
  readonly sex: 'F' | 'M';
  /** Size of the head against the template, along x, y, z. */
  readonly scale: readonly [number, number, number];
  /** Rotations in radians about x, y, z and shift in mm of the head in the scanner. */
  readonly rotation: readonly [number, number, number];
  readonly shiftMm: readonly [number, number, number];
  /** Half the width of a sulcus in mm. */
  readonly sulcusMm: number;
  readonly cortexMm: number;
  /** Width of the ventricles against the template. */
  readonly ventricles: number;
  /** How far the right hemisphere lies before the left one, in mm (petalia). */
  readonly petaliaMm: number;
  /** Lobes wider or narrower: front and back. */
  readonly frontWidth: number;
  readonly backWidth: number;
  /** Draws what is left: folds, texture, bias, noise. */
  readonly random: Random;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/**
 * Subject `number` (from 1) of the cohort of `seed`; the same for the same two numbers, whatever else is made.
 * Ageing thins the cortex, opens the sulci and widens the ventricles, each with a spread of its own; the effect sizes are
 * of the order reported for healthy adults (Fjell & Walhovd 2010, Rev Neurosci 21:187).
 */
export function drawSubject(seed: number, number: number): PhantomSubject {
  const random = createRandom(seed).fork(`subject ${String(number)}`);
  const ageYears = Math.round(20 + 65 * random.uniform());
  const sex = random.uniform() < 0.5 ? 'F' : 'M';
  const ageing = (ageYears - 20) / 65; // 0 to 1
  const size = (sex === 'M' ? 0.98 : 0.93) + 0.022 * clamp(random.normal(), -2, 2);
  const stretch = (): number => 1 + 0.018 * clamp(random.normal(), -2, 2);
  const turn = (): number => 0.035 * clamp(random.normal(), -2, 2);
  const atrophy = clamp(ageing + 0.25 * random.normal(), 0, 1.3);
  return {
    number,
    ageYears,
    sex,
    scale: [size * stretch(), size * stretch(), size * stretch()],
    rotation: [turn(), turn() * 0.6, turn() * 0.6],
    shiftMm: [1.5 * random.normal(), 2 * random.normal(), 2 * random.normal()],
    sulcusMm: 0.45 + 0.75 * atrophy,
    cortexMm: 3.6 - 0.5 * atrophy + 0.08 * random.normal(),
    ventricles: clamp(0.72 * Math.exp(0.75 * atrophy + 0.2 * random.normal()), 0.5, 2.1),
    petaliaMm: 3 + 0.7 * random.normal(),
    frontWidth: 0.04 * random.normal(),
    backWidth: 0.03 * random.normal(),
    random,
  };
}
