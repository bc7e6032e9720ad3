/** One measure of anatomy: real scans against synthetic ones. */
import type { AnatomyMeasure, AnatomyMeasureName } from '../../contract/evidence/anatomy.ts';
import type { Figure } from '../../contract/evidence/figure.ts';
import type { Random } from '../../random.ts';
import { percentileInterval } from '../../statistics/bootstrap.ts';
import { distributionDistance } from '../../statistics/distributionDistance.ts';
import { deviationOf, effectSize, meanOf, twoGroupDraws } from '../../statistics/effectSize.ts';
import { kolmogorovP } from '../../statistics/kolmogorovP.ts';
import { splitHalf } from '../../statistics/splitHalf.ts';
import { anatomyMeasures } from './measures.ts';

interface Compared {
  readonly name: AnatomyMeasureName;
  readonly real: readonly number[];
  readonly synthetic: readonly number[];
  readonly split: string;
  readonly seed: number;
  readonly random: Random;
}

/** Standard deviations to either side that hold 95 % of a normal distribution. */
const normal95 = 1.959963984540054;
/** Halves of fewer scans say nothing of a floor. */
const leastToHalve = 4;

function spreadOf(values: readonly number[]): AnatomyMeasure['real'] {
  const n = values.length;
  return { n, mean: n === 0 ? null : meanOf(values), sd: n < 2 ? null : deviationOf(values) };
}

const wassersteinOf = (first: readonly number[], second: readonly number[]): number =>
  distributionDistance(Float32Array.from(first), Float32Array.from(second)).wasserstein;

/**
 * A distance is never below 0, and scans drawn again are farther apart than those they come from, so that percentiles of
 * the draws would miss it: the interval is the normal one of their deviation, cut at 0.
 */
function wassersteinFigure({ real, synthetic, random }: Compared, n: Figure['n']): Figure {
  if (real.length === 0 || synthetic.length === 0) return { value: null, low: null, high: null, n };
  const value = wassersteinOf(real, synthetic);
  const reach = normal95 * deviationOf(twoGroupDraws(real, synthetic, wassersteinOf, { random: random.fork('wasserstein') })); // prettier-ignore
  return { value, low: Math.max(0, value - reach), high: value + reach, n };
}

/** All but Holm's correction, which needs the other measures. Seeded: 1000 draws of the scans an interval, 200 halvings. */
export function compareMeasure(compared: Compared): Omit<AnatomyMeasure, 'pHolm'> {
  const { name, real, synthetic, split, seed, random } = compared;
  const n = { real: real.length, synthetic: synthetic.length };
  const effect = effectSize(real, synthetic);
  const effectFigure = (which: 'cohensD' | 'hedgesG'): Figure => {
    const statistic = (a: readonly number[], b: readonly number[]): number | null => effectSize(a, b)?.[which] ?? null;
    const drawn = effect === null ? [] : twoGroupDraws(real, synthetic, statistic, { random: random.fork('effect') });
    const interval = drawn.length === 0 ? null : percentileInterval(drawn);
    return { value: effect?.[which] ?? null, low: interval?.low ?? null, high: interval?.high ?? null, n };
  };
  const isMeasured = real.length > 0 && synthetic.length > 0;
  const kolmogorov = isMeasured
    ? distributionDistance(Float32Array.from(real), Float32Array.from(synthetic)).kolmogorov
    : null;
  const halves = real.length < leastToHalve ? null : splitHalf(real, wassersteinOf, { random: random.fork('floor') });
  return {
    name,
    unit: anatomyMeasures[name].unit,
    split,
    seed,
    real: spreadOf(real),
    synthetic: spreadOf(synthetic),
    cohensD: effectFigure('cohensD'),
    hedgesG: effectFigure('hedgesG'),
    wasserstein: wassersteinFigure(compared, n),
    floor: halves === null ? null : { value: halves.mean, low: halves.low, high: halves.high, n: { real: real.length, synthetic: 0 } }, // prettier-ignore
    kolmogorov: { value: kolmogorov, low: null, high: null, n },
    p: kolmogorov === null ? null : kolmogorovP(kolmogorov, real.length, synthetic.length),
  };
}
