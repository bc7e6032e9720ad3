/**
 * Structural similarity of volumes: SSIM (Wang et al. 2004, IEEE TIP 13:600) and MS-SSIM (Wang, Simoncelli & Bovik 2003,
 * Asilomar 37:1398) with a three-dimensional Gaussian window. Several published figures for brain GANs use another
 * product over scales and are comparable only with one another; this is the original form.
 */
import type { Random } from '../random.ts';
import { filterValid, halfWindow, halve, type Size3 } from './gaussianWindow.ts';

export interface SimilarityOptions {
  /** Voxels along x, y, z. */
  readonly size: Size3;
  /** Greatest possible difference of two voxels: 2 for volumes in [-1, 1]. */
  readonly dataRange: number;
  /** Width of the window; by default 11, 7 on grids below 64. */
  readonly window?: 7 | 11;
}

export interface Scales {
  readonly window: 7 | 11;
  /** How many of the five scales fit: the window must fit into the volume halved so often. */
  readonly scales: number;
  /** The published weights of those scales, renormalised to sum to 1. */
  readonly weights: readonly number[];
}

const publishedWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;
/** Below it an 11-voxel window leaves too few scales. */
const smallGrid = 64;

/** 11 voxels wide as published, 7 on grids whose shortest side is below 64. */
function windowFor(size: Size3): 7 | 11 {
  return Math.min(...size) < smallGrid ? 7 : 11;
}

/** The scales of MS-SSIM that a volume has room for. Throws RangeError if the window does not even fit once. */
export function scalesFor({ size, window = windowFor(size) }: Pick<SimilarityOptions, 'size' | 'window'>): Scales {
  let side = Math.min(...size);
  let scales = 0;
  for (; scales < publishedWeights.length && side >= window; side = Math.floor(side / 2)) scales++;
  if (scales === 0) throw new RangeError(`A window of ${String(window)} voxels does not fit into ${size.join(' × ')}.`);
  const chosen = publishedWeights.slice(0, scales);
  const total = chosen.reduce((sum, weight) => sum + weight, 0);
  return { window, scales, weights: chosen.map((weight) => weight / total) };
}

/** One scale of one volume: its voxels, and local means and variances. Kept in 32 bits, computed in 64. */
interface Level {
  readonly size: Size3;
  readonly data: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

function describe(volume: Float32Array, size: Size3, scales: number, half: Float64Array): readonly Level[] {
  const levels: Level[] = [];
  let current: { readonly data: Float64Array; readonly size: Size3 } = { data: Float64Array.from(volume), size };
  for (let scale = 0; scale < scales; scale++) {
    if (scale > 0) current = halve(current.data, current.size);
    const mean = filterValid(current.data, current.size, half);
    const square = filterValid(current.data.map((value) => value * value), current.size, half); // prettier-ignore
    const variance = square.map((value, index) => value - mean[index]! ** 2);
    levels.push({
      size: current.size,
      data: Float32Array.from(current.data),
      mean: Float32Array.from(mean),
      variance: Float32Array.from(variance),
    });
  }
  return levels;
}

/** Means over the volume of SSIM and of its contrast–structure factor. */
function compareLevel(a: Level, b: Level, half: Float64Array, dataRange: number): { ssim: number; contrast: number } {
  const c1 = (0.01 * dataRange) ** 2;
  const c2 = (0.03 * dataRange) ** 2;
  const product = new Float64Array(a.data.length);
  for (let index = 0; index < product.length; index++) product[index] = a.data[index]! * b.data[index]!;
  const both = filterValid(product, a.size, half);
  let ssim = 0;
  let contrast = 0;
  for (let index = 0; index < both.length; index++) {
    const [p, q] = [a.mean[index]!, b.mean[index]!];
    const structure = (2 * (both[index]! - p * q) + c2) / (a.variance[index]! + b.variance[index]! + c2);
    contrast += structure;
    ssim += ((2 * p * q + c1) / (p * p + q * q + c1)) * structure;
  }
  // Both are 1 at most; rounding goes beyond it where the volumes are all but equal.
  return { ssim: Math.min(1, ssim / both.length), contrast: Math.min(1, contrast / both.length) };
}

function combine(
  a: readonly Level[],
  b: readonly Level[],
  weights: readonly number[],
  half: Float64Array,
  range: number,
): number {
  let result = 1;
  weights.forEach((weight, scale) => {
    const { ssim, contrast } = compareLevel(a[scale]!, b[scale]!, half, range);
    // A negative mean has no real power: it counts as no similarity.
    result *= Math.max(0, scale === weights.length - 1 ? ssim : contrast) ** weight;
  });
  return result;
}

/** Mean SSIM of two volumes (x fastest) over all places where the window fits; 1 for equal volumes. */
export function ssim(a: Float32Array, b: Float32Array, options: SimilarityOptions): number {
  const half = halfWindow(scalesFor(options).window);
  const [levelsA, levelsB] = [a, b].map((volume) => describe(volume, options.size, 1, half));
  return compareLevel(levelsA![0]!, levelsB![0]!, half, options.dataRange).ssim;
}

/** MS-SSIM of two volumes over the scales of `scalesFor(options)`; 0 to 1. */
export function msSsim(a: Float32Array, b: Float32Array, options: SimilarityOptions): number {
  const { window, scales, weights } = scalesFor(options);
  const half = halfWindow(window);
  const levels = [a, b].map((volume) => describe(volume, options.size, scales, half));
  return combine(levels[0]!, levels[1]!, weights, half, options.dataRange);
}

export interface PairwiseSimilarity extends Scales {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly pairs: number;
}

/** All pairs of different volumes, or `limit` of them drawn at random without repetition. */
function choosePairs(count: number, limit: number, random: Random): readonly (readonly [number, number])[] {
  const all = Array.from({ length: count }, (_, second) =>
    Array.from({ length: second }, (_unused, first) => [first, second] as const),
  ).flat();
  return all.length <= limit ? all : random.shuffle(all).slice(0, limit);
}

/** MS-SSIM of two volumes of a set, which are named by their places in it. */
export interface PairSimilarity {
  readonly first: number;
  readonly second: number;
  readonly value: number;
}

type PairOptions = SimilarityOptions & { readonly pairs: number; readonly random: Random };

/** MS-SSIM of the pairs of a set, at most `pairs` of them. Throws RangeError for fewer than two volumes. */
export function pairSimilarities(volumes: readonly Float32Array[], options: PairOptions): readonly PairSimilarity[] {
  if (volumes.length < 2) throw new RangeError('Pairs need two or more volumes.');
  const { window, scales, weights } = scalesFor(options);
  const half = halfWindow(window);
  const levels = volumes.map((volume) => describe(volume, options.size, scales, half));
  return choosePairs(volumes.length, options.pairs, options.random).map(([first, second]) => ({
    first,
    second,
    value: combine(levels[first]!, levels[second]!, weights, half, options.dataRange),
  }));
}

/**
 * How alike the volumes of a set are: mean MS-SSIM over its pairs, at most `pairs` of them. Near the value of real scans is
 * good; clearly above it, the generator repeats itself. Throws RangeError for fewer than two volumes.
 */
export function meanPairwiseMsSsim(volumes: readonly Float32Array[], options: PairOptions): PairwiseSimilarity {
  const values = pairSimilarities(volumes, options).map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { ...scalesFor(options), mean, standardDeviation: Math.sqrt(spread), pairs: values.length };
}
