/** Likeness by the voxels themselves: mean images, MS-SSIM within sets, intensities, spectrum, checkerboard. */
import type * as TensorFlow from '@tensorflow/tfjs';
import type { LikenessMeasureName } from '#contract/evidence/likeness.ts';
import { checkerboardIndex } from '#imaging/checkerboard.ts';
import { radialPower, spectrumDistance } from '#models/features/powerSpectrum.ts';
import type { Estimate } from '#shared/evidence/likeness/featureMeasures.ts';
import {
  binnedDistance,
  intensityDistance,
  intensityProfile,
  meanOfCases,
  setDistance,
  setFloor,
  type IntensityProfile,
} from '#shared/evidence/likeness/voxelMeasures.ts';
import type { Random } from '#shared/random.ts';
import { bootstrapInterval } from '#shared/statistics/bootstrap.ts';
import { diversityGap, meanSimilarity } from '#shared/statistics/diversity.ts';
import { discrepancy, discrepancyInterval, type Gram, type Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import { linearMmd } from '#shared/statistics/linearMmd.ts';
import { splitHalf } from '#shared/statistics/splitHalf.ts';
import { pairSimilarities, type PairSimilarity } from '#shared/statistics/structuralSimilarity.ts';
import type { Row, Sets } from './likenessSets.ts';

/** A set of scans by what its voxels show. */
export interface DescribedVoxels {
  readonly scans: Sample;
  readonly spectra: Sample;
  readonly profiles: readonly IntensityProfile[];
  /** Null where the grid has no room for the index. */
  readonly checkerboards: readonly number[] | null;
  /** Null: one scan again and again. */
  readonly pairs: readonly PairSimilarity[] | null;
}

const mostPairs = 1000;
/** Of a set, whose pairs are compared: what is kept of each at 128³ takes some 20 MB. */
const mostCompared = 64;
const resamples = 1000;
/** Upsampling by two is what leaves checkerboards. */
const factor = [2, 2, 2] as const;

interface DescribeOptions {
  readonly side: number;
  readonly random: Random;
  /** Awaited after each scan. */
  readonly onScan: () => Promise<void>;
}

export async function describeVoxels(
  tf: typeof TensorFlow,
  scans: Sample,
  { side, random, onScan }: DescribeOptions,
): Promise<DescribedVoxels> {
  const found = new Map<Float32Array, { spectrum: Float32Array; profile: IntensityProfile; index: number | null }>();
  for (const scan of scans) {
    if (found.has(scan)) continue;
    const power = tf.tidy(() => radialPower(tf.tensor5d(scan, [1, side, side, side, 1])));
    const spectrum = (await power.data()) as Float32Array;
    power.dispose();
    const brain = Uint8Array.from(scan, (value) => (value > -1 ? 1 : 0));
    const index = checkerboardIndex(Float64Array.from(scan), brain, { size: [side, side, side], factor });
    found.set(scan, { spectrum, profile: intensityProfile(scan), index });
    await onScan();
  }
  const described = scans.map((scan) => found.get(scan)).filter((one) => one !== undefined);
  const indices = described.flatMap(({ index }) => (index === null ? [] : [index]));
  const compared = random.fork('compared').shuffle(scans).slice(0, mostCompared);
  return {
    scans,
    spectra: described.map(({ spectrum }) => spectrum),
    profiles: described.map(({ profile }) => profile),
    checkerboards: indices.length === scans.length ? indices : null,
    pairs:
      found.size < 2
        ? null
        : pairSimilarities(compared, { size: [side, side, side], dataRange: 2, pairs: mostPairs, random: random.fork('pairs') }),
  };
} // prettier-ignore

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const histograms = (set: DescribedVoxels): Sample => set.profiles.map(({ histogram }) => histogram);
const spectrumGap = (made: Sample, real: Sample): number => spectrumDistance(meanOfCases(made), meanOfCases(real));
/** Squared distances of voxels in [0, 1], as published, are a quarter of those in [-1, 1]. */
const unit = 0.25;

/** Inner products of the voxels of two sets, less the mean of the second, in [0, 1]. */
async function linearGram(tf: typeof TensorFlow, made: Sample, real: Sample): Promise<Gram> {
  const rows = [...made, ...real];
  const centre = meanOfCases(real);
  const piece = Math.min(centre.length, 1 << 16);
  const values = new Float64Array(rows.length ** 2);
  for (let from = 0; from < centre.length; from += piece) {
    const width = Math.min(piece, centre.length - from);
    const block = new Float32Array(rows.length * width);
    rows.forEach((row, at) => {
      for (let voxel = 0; voxel < width; voxel++)
        block[at * width + voxel] = (row[from + voxel] ?? 0) - (centre[from + voxel] ?? 0);
    });
    const product = tf.tidy(() => {
      const part = tf.tensor2d(block, [rows.length, width]);
      return tf.matMul(part, part, false, true);
    });
    (await product.data()).forEach((value, at) => (values[at] = (values[at] ?? 0) + unit * value));
    product.dispose();
  }
  return { first: made.length, second: real.length, values };
}

type RowOf = Omit<Row, 'extractor' | 'p'>;

/** The biased form is the unbiased one and a term that resampling changes little: its interval is as wide. */
async function linearRows(tf: typeof TensorFlow, sets: Sets<DescribedVoxels>, random: Random): Promise<readonly RowOf[]> {
  const both = async (made: Sample, real: Sample, label: string): Promise<Record<'biased' | 'unbiased', Estimate>> => {
    const value = linearMmd(made, real);
    const gram = await linearGram(tf, made, real);
    const { low, high } = discrepancyInterval(gram, { random: random.fork(label), resamples });
    const estimate = (of: number): Estimate => ({ value: unit * of, interval: { low: unit * of + low - discrepancy(gram), high: unit * of + high - discrepancy(gram) } }); // prettier-ignore
    return { biased: estimate(value.biased), unbiased: estimate(value.unbiased) };
  };
  const reals = sets.real.scans;
  const halves = (form: 'biased' | 'unbiased'): Estimate => {
    if (reals.length < 4) return { value: null, interval: null };
    const floor = splitHalf(reals, (a, b) => unit * linearMmd(a, b)[form], { random: random.fork('halves'), splits: 40 });
    return { value: floor.mean, interval: floor };
  };
  const synthetic = await both(sets.synthetic.scans, reals, 'synthetic');
  const meanBrain = await both(sets.meanBrain.scans, sets.reference.scans, 'mean');
  const pcaGaussian = await both(sets.pcaGaussian.scans, sets.reference.scans, 'gaussian');
  return (['biased', 'unbiased'] as const).map((form) => ({
    name: form === 'biased' ? 'mmdLinear' : 'mmdLinearUnbiased',
    synthetic: synthetic[form],
    floor: halves(form),
    real: null,
    meanBrain: meanBrain[form],
    pcaGaussian: pcaGaussian[form],
  }));
} // prettier-ignore

function similarityRows(sets: Sets<DescribedVoxels>, random: Random): readonly RowOf[] {
  const own = ({ pairs }: DescribedVoxels, label: string): Estimate | null => {
    if (pairs === null) return null;
    const { mean: value, ...interval } = meanSimilarity(pairs, { random: random.fork(label) });
    return { value, interval };
  };
  const real = sets.real.pairs;
  const gap = ({ pairs }: DescribedVoxels, label: string): Estimate | null => {
    if (pairs === null || real === null) return null;
    const { gap: value, ...interval } = diversityGap(pairs, real, { random: random.fork(`gap ${label}`) });
    return { value, interval };
  };
  const none: Estimate = { value: null, interval: null };
  return [
    {
      name: 'msSsim',
      synthetic: own(sets.synthetic, 'synthetic') ?? none,
      floor: null,
      real: own(sets.real, 'real'),
      meanBrain: null,
      pcaGaussian: own(sets.pcaGaussian, 'gaussian'),
    },
    {
      name: 'msSsimGap',
      synthetic: gap(sets.synthetic, 'synthetic') ?? none,
      floor: real === null ? null : gapOfHalves(real, random.fork('halves')),
      real: null,
      meanBrain: null,
      pcaGaussian: gap(sets.pcaGaussian, 'gaussian'),
    },
  ];
}

/** What the mean similarities of two random halves of a set differ by; 0 on average. */
function gapOfHalves(pairs: readonly PairSimilarity[], random: Random): Estimate {
  const count = 1 + Math.max(...pairs.map(({ second, first }) => Math.max(first, second)));
  if (count < 4) return { value: null, interval: null };
  const within = (half: readonly number[]): number => {
    const ours = new Set(half);
    return mean(pairs.filter(({ first, second }) => ours.has(first) && ours.has(second)).map(({ value }) => value));
  };
  const { mean: value, low, high } = splitHalf([...Array(count).keys()], (a, b) => within(a) - within(b), { random });
  return { value, interval: { low, high } };
}

function distributionRows(sets: Sets<DescribedVoxels>, random: Random): readonly RowOf[] {
  const intensity = (form: 'wasserstein' | 'kolmogorov', name: LikenessMeasureName): RowOf => {
    const coarse = binnedDistance[form];
    const estimate = (made: DescribedVoxels, real: DescribedVoxels, label: string): Estimate => {
      const value = intensityDistance(made.profiles, real.profiles)?.[form];
      if (value === undefined) return { value: null, interval: null };
      return setDistance(histograms(made), histograms(real), { value, coarse, random: random.fork(`${form} ${label}`) });
    };
    return {
      name,
      synthetic: estimate(sets.synthetic, sets.real, 'synthetic'),
      floor: setFloor(histograms(sets.real), coarse, random.fork(`${form} floor`)),
      real: null,
      meanBrain: estimate(sets.meanBrain, sets.reference, 'mean'),
      pcaGaussian: estimate(sets.pcaGaussian, sets.reference, 'gaussian'),
    };
  };
  const spectrum = (made: DescribedVoxels, real: DescribedVoxels, label: string): Estimate =>
    setDistance(made.spectra, real.spectra, {
      value: spectrumGap(made.spectra, real.spectra),
      coarse: spectrumGap,
      random: random.fork(`spectrum ${label}`),
    });
  return [
    intensity('kolmogorov', 'intensityKs'),
    intensity('wasserstein', 'intensityWasserstein'),
    {
      name: 'spectrumDistance',
      synthetic: spectrum(sets.synthetic, sets.real, 'synthetic'),
      floor: setFloor(sets.real.spectra, spectrumGap, random.fork('spectrum floor')),
      real: null,
      meanBrain: spectrum(sets.meanBrain, sets.reference, 'mean'),
      pcaGaussian: spectrum(sets.pcaGaussian, sets.reference, 'gaussian'),
    },
  ];
} // prettier-ignore

function checkerboardRow(sets: Sets<DescribedVoxels>, random: Random): RowOf {
  const estimate = ({ checkerboards }: DescribedVoxels, label: string): Estimate =>
    checkerboards === null
      ? { value: null, interval: null }
      : { value: mean(checkerboards), interval: bootstrapInterval(checkerboards, mean, { random: random.fork(label) }) };
  return {
    name: 'checkerboard',
    synthetic: estimate(sets.synthetic, 'synthetic'),
    floor: null,
    real: estimate(sets.real, 'real'),
    meanBrain: estimate(sets.meanBrain, 'mean'),
    pcaGaussian: estimate(sets.pcaGaussian, 'gaussian'),
  };
} // prettier-ignore

/** All rows that need no extractor. */
export async function measureVoxels(tf: typeof TensorFlow, sets: Sets<DescribedVoxels>, random: Random): Promise<readonly Row[]> {
  const rows = [
    ...(await linearRows(tf, sets, random.fork('linear'))),
    ...similarityRows(sets, random.fork('similarity')),
    ...distributionRows(sets, random.fork('distributions')),
    checkerboardRow(sets, random.fork('checkerboard')),
  ];
  return rows.map((row) => ({ ...row, extractor: null, p: null }));
} // prettier-ignore
