/** Distances of sets by their features, each with a 95 % interval by drawing the scans again. */
import type { Random } from '../../random.ts';
import { bootstrapInterval, normalInterval, type Interval } from '../../statistics/bootstrap.ts';
import {
  extrapolateFrechet,
  firstRows,
  frechetDistance,
  frechetOfRows,
  frechetPoints,
  secondRows,
} from '../../statistics/frechetDistance.ts';
import {
  cubicKernel,
  discrepancy,
  discrepancyInterval,
  gaussianKernel,
  gramOf,
  gramWithin,
  innerProduct,
  medianDistance,
  permutationP,
  type Gram,
  type Kernel,
  type Sample,
} from '../../statistics/kernelDiscrepancy.ts';
import { neighbourhoodRows, neighbourhoods } from '../../statistics/neighbourhoods.ts';
import { empiricalAuc, type Scores } from '../../statistics/rocCurve.ts';
import { splitHalf } from '../../statistics/splitHalf.ts';
import { drawFolds, leftOutScores } from '../../statistics/twoSampleClassifier.ts';
import { vendiOfRows } from '../../statistics/vendiScore.ts';

export const featureMeasures = ['fd', 'fdInfinity', 'kid', 'mmdRbf', 'precision', 'recall', 'density', 'coverage', 'vendi', 'c2stAuc'] as const; // prettier-ignore
type FeatureMeasure = (typeof featureMeasures)[number];

export interface Estimate {
  /** Null: it cannot be told from so few scans. */
  readonly value: number | null;
  readonly interval: Interval | null;
}

export interface FeatureEstimates {
  readonly of: Readonly<Record<FeatureMeasure, Estimate>>;
  /** Of the permutation test of mmdRbf. */
  readonly p: number;
}

const unknown: Estimate = { value: null, interval: null };

/** As `spec`: 1000 resamples where they are cheap; a standard deviation is known well enough from fewer. */
const resamples = 1000;
const costlyResamples = 200;
const extrapolations = 60;
/** Parts of a resample that its line goes through: fewer than of the value, since there are so many lines. */
const pointsOfResample = 5;
const mostFolds = 5;
/** More rows than neighbours. */
const leastForNeighbours = 6;
const leastForHalves = 4;
const costlySplits = 40;
const classifierSplits = 20;

const drawnAgain = (rows: readonly number[], random: Random): number[] =>
  rows.map(() => rows[random.integer(rows.length)] ?? 0);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const isOneCase = (made: Sample): boolean => made.every((row) => row === made[0]);

/** 5 folds, fewer where there are fewer scans of a kind. */
function classifierScores(real: Sample, made: Sample, random: Random): Scores {
  const folds = Math.min(mostFolds, real.length, made.length);
  return leftOutScores(real, made, { foldOf: drawFolds({ real: real.length, made: made.length }, { folds, random }) });
}

const aucOf = (scores: Scores): number => empiricalAuc(scores)?.auc ?? Number.NaN;

function classifierAuc(real: Sample, made: Sample, random: Random): Estimate {
  const { negatives, positives } = classifierScores(real, made, random);
  const again = (scores: readonly number[]): number[] => scores.map(() => scores[random.integer(scores.length)] ?? 0);
  const drawn = Array.from({ length: resamples }, () => aucOf({ negatives: again(negatives), positives: again(positives) })); // prettier-ignore
  const value = aucOf({ negatives, positives });
  return { value, interval: normalInterval(value, drawn, { least: 0, most: 1 }) };
}

function frechet(gram: Gram, random: Random): Pick<FeatureEstimates['of'], 'fd' | 'fdInfinity'> {
  const [made, real] = [firstRows(gram), secondRows(gram)];
  const value = frechetOfRows(gram, made, real);
  const drawn = Array.from({ length: costlyResamples }, () =>
    frechetOfRows(gram, drawnAgain(made, random), drawnAgain(real, random)),
  );
  const fd = { value, interval: normalInterval(value, drawn, { least: 0 }) };
  if (made.length < leastForHalves) return { fd, fdInfinity: unknown };
  const atInfinity = extrapolateFrechet(frechetPoints(gram, made, real, { random }));
  const lines = Array.from({ length: extrapolations }, () =>
    extrapolateFrechet(
      frechetPoints(gram, drawnAgain(made, random), drawnAgain(real, random), { random, points: pointsOfResample }),
    ),
  );
  return { fd, fdInfinity: { value: atInfinity, interval: normalInterval(atInfinity, lines) } };
}

function byKernel(made: Sample, real: Sample, kernel: Kernel, random: Random): Estimate & { readonly gram: Gram } {
  const gram = gramOf(made, real, kernel);
  return { gram, value: discrepancy(gram), interval: discrepancyInterval(gram, { random, resamples }) };
}

function byNeighbours(
  real: Sample,
  made: Sample,
  random: Random,
): Pick<FeatureEstimates['of'], 'precision' | 'recall' | 'density' | 'coverage'> {
  // prettier-ignore
  if (Math.min(real.length, made.length) < leastForNeighbours)
    return { precision: unknown, recall: unknown, density: unknown, coverage: unknown };
  const rows = neighbourhoodRows(real, made);
  const estimate = (values: readonly number[]): Estimate => ({
    value: mean(values),
    interval: bootstrapInterval(values, mean, { random, resamples }),
  });
  return {
    precision: estimate(rows.precision),
    recall: estimate(rows.recall),
    density: estimate(rows.density),
    coverage: estimate(rows.coverage),
  };
}

/**
 * The Vendi score of `count` of the rows, drawn at random, so that sets of different sizes can be compared; by the kernel of
 * the MMD, since features that are all positive point nearly the same way.
 */
export function effectiveCases(
  sample: Sample,
  { count, bandwidth, random }: { readonly count: number; readonly bandwidth: number; readonly random: Random },
): Estimate {
  const gram = gramWithin(sample, gaussianKernel(bandwidth));
  const rows = random.shuffle(firstRows(gram)).slice(0, count);
  const value = vendiOfRows(gram, rows);
  if (isOneCase(sample)) return { value, interval: { low: value, high: value } };
  const drawn = Array.from({ length: costlyResamples }, () => vendiOfRows(gram, drawnAgain(rows, random)));
  return { value, interval: normalInterval(value, drawn, { least: 1, most: count }) };
}

/** Everything about a set of made scans that its features tell. `bandwidth`: of the real scans, for every set alike. */
export function measureFeatures(
  real: Sample,
  made: Sample,
  { bandwidth, random }: { readonly bandwidth: number; readonly random: Random },
): FeatureEstimates {
  const own = (label: string): Random => random.fork(label);
  const kid = byKernel(made, real, cubicKernel, own('kid'));
  const mmdRbf = byKernel(made, real, gaussianKernel(bandwidth), own('mmd'));
  return {
    of: {
      ...frechet(gramOf(made, real, innerProduct), own('frechet')),
      kid,
      mmdRbf,
      ...byNeighbours(real, made, own('neighbours')),
      vendi: effectiveCases(made, { count: Math.min(made.length, real.length), bandwidth, random: own('vendi') }),
      c2stAuc: classifierAuc(real, made, own('classifier')),
    },
    p: permutationP(mmdRbf.gram, { random: own('permutations') }),
  };
}

/** What real scans are to each other: every measure between random halves of them. */
export function featureFloors(
  real: Sample,
  { bandwidth, random }: { readonly bandwidth: number; readonly random: Random },
): Readonly<Record<FeatureMeasure, Estimate>> {
  const none = Object.fromEntries(featureMeasures.map((name) => [name, unknown])) as Record<FeatureMeasure, Estimate>;
  if (real.length < leastForHalves) return none;
  const halves = (label: string, splits: number, distance: (a: Sample, b: Sample) => number): Estimate => {
    const { mean: value, low, high } = splitHalf(real, distance, { random: random.fork(label), splits });
    return { value, interval: { low, high } };
  };
  const byRows = (name: 'precision' | 'recall' | 'density' | 'coverage'): Estimate =>
    halves(name, costlySplits, (a, b) => neighbourhoods(a, b)[name]);
  const hasNeighbours = Math.floor(real.length / 2) >= leastForNeighbours;
  const classes = random.fork('floor folds');
  return {
    ...none,
    fd: halves('fd', costlySplits, frechetDistance),
    kid: halves('kid', costlySplits, (a, b) => discrepancy(gramOf(a, b, cubicKernel))),
    mmdRbf: halves('mmd', costlySplits, (a, b) => discrepancy(gramOf(a, b, gaussianKernel(bandwidth)))),
    ...(hasNeighbours
      ? { precision: byRows('precision'), recall: byRows('recall'), density: byRows('density'), coverage: byRows('coverage') }
      : {}),
    c2stAuc: halves('classifier', classifierSplits, (a, b) => aucOf(classifierScores(a, b, classes))),
  }; // prettier-ignore
}

/** The bandwidth of the radial basis function: the median distance of two real scans. */
export const bandwidthOf = (real: Sample): number => medianDistance(real);
