/**
 * How far apart real and synthetic brains are in all volumes together: a Wasserstein distance of several volumes, as in
 * WASABI (arXiv 2504.21771, 2025), here of the tissues that an intensity can tell.
 */
import type { AnatomyMeasureName, AnatomyResult } from '../../contract/evidence/anatomy.ts';
import type { Figure } from '../../contract/evidence/figure.ts';
import type { Random } from '../../random.ts';
import { percentileInterval } from '../../statistics/bootstrap.ts';
import { deviationOf, meanOf } from '../../statistics/effectSize.ts';
import { matchingDistance } from '../../statistics/matchingDistance.ts';
import { valuesOf, type MeasuredScan } from './outliers.ts';

/** Without those that follow from others. */
const joint: readonly AnatomyMeasureName[] = ['brainMl', 'greyMl', 'whiteMl', 'fluidMl', 'ventriclesMl', 'asymmetry'];
const draws = 200;
/** Halves of fewer scans say nothing of a floor. */
const leastReal = 4;

const words =
  'Each scan is a point: its volumes in standard deviations of the real scans. Equally many scans of two sets are paired so that the way between the pairs is shortest in the mean (Wasserstein distance of order 1, exact, Euclidean), in 200 random draws of so many scans as half of the real ones, or fewer where there are fewer synthetic ones. The floor pairs the two halves of the real scans.';

type Point = readonly number[];

/** Scans that have all measures, in standard deviations of the real ones; measures that real scans do not vary in rest. */
function standardise(
  real: readonly MeasuredScan[],
  synthetic: readonly MeasuredScan[],
): { names: readonly AnatomyMeasureName[]; real: readonly Point[]; synthetic: readonly Point[] } {
  // prettier-ignore
  const traits = joint
    .map((name) => ({ name, values: valuesOf(real, name) }))
    .filter(({ values }) => values.length > 1 && deviationOf(values) > 0)
    .map(({ name, values }) => ({ name, mean: meanOf(values), deviation: deviationOf(values) }));
  const points = (scans: readonly MeasuredScan[]): readonly Point[] =>
    scans
      .filter(({ values }) => traits.every(({ name }) => values[name] !== null))
      .map(({ values }) => traits.map(({ name, mean, deviation }) => ((values[name] ?? mean) - mean) / deviation));
  return { names: traits.map(({ name }) => name), real: points(real), synthetic: points(synthetic) };
}

/** Seeded; the mean over draws and the middle 95 % of them. */
export function jointDistance(
  scans: readonly MeasuredScan[],
  others: readonly MeasuredScan[],
  random: Random,
): AnatomyResult['distance'] {
  const { names, real, synthetic } = standardise(scans, others);
  const cases = Math.min(Math.floor(real.length / 2), synthetic.length);
  const isMeasured = real.length >= leastReal && cases > 0 && names.length > 0;
  const figureOf = (n: Figure['n'], draw: (order: readonly Point[]) => number): Figure => {
    if (!isMeasured) return { value: null, low: null, high: null, n };
    const values = Array.from({ length: draws }, () => draw(random.shuffle(real)));
    return { value: meanOf(values), ...percentileInterval(values), n };
  };
  const n = { real: real.length, synthetic: synthetic.length };
  return {
    measures: [...names],
    cases: isMeasured ? cases : 0,
    draws: isMeasured ? draws : 0,
    value: figureOf(n, (order) => matchingDistance(order.slice(0, cases), random.shuffle(synthetic).slice(0, cases))),
    floor: figureOf({ ...n, synthetic: 0 }, (order) =>
      matchingDistance(order.slice(0, cases), order.slice(cases, 2 * cases)),
    ),
    words,
  };
}
