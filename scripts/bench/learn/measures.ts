/** What `learn` measures: sets of made scans against held-out real ones, and scans rebuilt from their codes. */
import { createRandom } from '#shared/random.ts';
import { bootstrapInterval, type Interval } from '#shared/statistics/bootstrap.ts';
import { diversityGap, type DiversityGap } from '#shared/statistics/diversity.ts';
import {
  discrepancy,
  discrepancyDifference,
  discrepancyInterval,
  gaussianKernel,
  gramOf,
  medianDistance,
  permutationP,
  type Gram,
  type Sample,
} from '#shared/statistics/kernelDiscrepancy.ts';
import { splitHalf, type SplitHalf } from '#shared/statistics/splitHalf.ts';
import { linearMmd, type LinearMmd } from '#shared/statistics/linearMmd.ts';
import {
  pairSimilarities,
  scalesFor,
  type PairSimilarity,
  type Scales,
} from '#shared/statistics/structuralSimilarity.ts';

const mostPairs = 1000;

/** Scans as voxels in [-1, 1] and as features. */
export interface ScanSet {
  readonly voxels: Sample;
  readonly features: Sample;
}

export interface Reals extends ScanSet {
  readonly isHeldOut: readonly boolean[];
  readonly grid: number;
}

/** How far a set is from the held-out scans, and how varied. */
export interface SetMeasures {
  /** MMD² of the features, radial basis function. */
  readonly features: Interval & { readonly mmd2: number; readonly p: number };
  /** MMD² of the voxels in [0, 1], linear. */
  readonly voxels: LinearMmd;
  /** MS-SSIM among the set; null where it is one scan again and again. */
  readonly similarity: (DiversityGap & { readonly mean: number; readonly pairs: number }) | null;
}

export interface Yardstick {
  readonly bandwidth: number;
  readonly scales: Scales;
  /** Of two random halves of the reals: nothing learns to be closer than that. */
  readonly splitHalf: {
    readonly features: SplitHalf; // MMD²
    readonly voxels: { readonly biased: SplitHalf; readonly unbiased: SplitHalf };
  };
  readonly realSimilarity: { readonly mean: number; readonly pairs: number };
  /** Gram matrix of a set against the held-out scans. */
  compare(set: ScanSet): Gram;
  measure(set: ScanSet): SetMeasures;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** From [-1, 1] to the [0, 1] of the published figures. */
const unit = (scans: Sample): Sample => scans.map((scan) => scan.map((value) => (value + 1) / 2));
const meanValue = (pairs: readonly PairSimilarity[]): number => mean(pairs.map(({ value }) => value));

/** What sets are measured by: everything that depends on the real scans alone. */
export function createYardstick(reals: Reals, seed: number): Yardstick {
  const { voxels, features, isHeldOut, grid } = reals;
  const heldOut = {
    voxels: unit(voxels.filter((_, at) => isHeldOut[at])),
    features: features.filter((_, at) => isHeldOut[at]),
  };
  const bandwidth = medianDistance(features); // of the reals alone, so that every set has the same kernel
  const kernel = gaussianKernel(bandwidth);
  const random = (label: string): ReturnType<typeof createRandom> => createRandom(seed).fork(label);
  const similarity = { size: [grid, grid, grid], dataRange: 2, pairs: mostPairs } as const;
  const realPairs = pairSimilarities(voxels, { ...similarity, random: random('pairs') });
  const halves = (sample: Sample, distance: (one: Sample, other: Sample) => number): SplitHalf =>
    splitHalf(sample, distance, { random: random('split halves') });
  const compare = (set: ScanSet): Gram => gramOf(set.features, heldOut.features, kernel);

  return {
    bandwidth,
    scales: scalesFor(similarity),
    splitHalf: {
      features: halves(features, (one, other) => discrepancy(gramOf(one, other, kernel))),
      voxels: {
        biased: halves(unit(voxels), (one, other) => linearMmd(one, other).biased),
        unbiased: halves(unit(voxels), (one, other) => linearMmd(one, other).unbiased),
      },
    },
    realSimilarity: { mean: meanValue(realPairs), pairs: realPairs.length },
    compare,
    measure(set) {
      const gram = compare(set);
      const isOneScan = set.voxels.every((scan) => scan === set.voxels[0]);
      const pairs = isOneScan ? [] : pairSimilarities(set.voxels, { ...similarity, random: random('pairs') });
      return {
        features: {
          mmd2: discrepancy(gram),
          p: permutationP(gram, { random: random('permutations') }),
          ...discrepancyInterval(gram, { random: random('resamples') }),
        },
        voxels: linearMmd(unit(set.voxels), heldOut.voxels),
        similarity: isOneScan
          ? null
          : {
              mean: meanValue(pairs),
              pairs: pairs.length,
              ...diversityGap(pairs, realPairs, { random: random('diversity') }),
            },
      };
    },
  };
}

/** MMD² of the one set less that of the other, both against the held-out scans; the one is nearer where all of it is below 0. */
export function compareSets(one: Gram, other: Gram, seed: number): Interval & { readonly isNearer: boolean } {
  const interval = discrepancyDifference(one, other, { random: createRandom(seed).fork('difference') });
  return { ...interval, isNearer: interval.high < 0 };
}

export interface Reconstruction extends Interval {
  /** 100 · Σ(x − y)² / Σx², voxels in [0, 1] (Sun et al. 2022), mean over the scans. */
  readonly nmsePercent: number;
  /** dB, of a range of 1. */
  readonly psnr: number;
}

function errorsOf(made: Sample, scans: Sample): { readonly nmse: number; readonly psnr: number }[] {
  const [a, b] = [unit(made), unit(scans)];
  return b.map((scan, at) => {
    let [error, energy] = [0, 0];
    scan.forEach((value, voxel) => {
      error += (value - (a[at]?.[voxel] ?? Number.NaN)) ** 2;
      energy += value ** 2;
    });
    return { nmse: (100 * error) / energy, psnr: -10 * Math.log10(error / scan.length) };
  });
}

/** Scans [-1, 1] and what was made of each, in the same order. */
export function measureReconstruction(made: Sample, scans: Sample, seed: number): Reconstruction {
  const errors = errorsOf(made, scans);
  const nmse = errors.map((error) => error.nmse);
  return {
    nmsePercent: mean(nmse),
    psnr: mean(errors.map((error) => error.psnr)),
    ...bootstrapInterval(nmse, mean, { random: createRandom(seed).fork('reconstruction') }),
  };
}

/** Error of the one less that of the other, scan by scan; the one is better where all of the interval is below 0. */
export function compareReconstructions(
  one: Sample,
  other: Sample,
  { scans, seed }: { readonly scans: Sample; readonly seed: number },
): Interval & { readonly isNearer: boolean } {
  const [a, b] = [errorsOf(one, scans), errorsOf(other, scans)];
  const differences = a.map(({ nmse }, at) => nmse - (b[at]?.nmse ?? Number.NaN));
  const interval = bootstrapInterval(differences, mean, { random: createRandom(seed).fork('reconstruction') });
  return { ...interval, isNearer: interval.high < 0 };
}
