/**
 * What the scans of a generator under training say of its health: how varied they are beside real ones, whether its
 * discriminator (or encoder) knows the training scans by heart, and whether upsampling shows. It draws nothing of the
 * model's random numbers and leaves the weights as they are: a run that is watched is the run that is not.
 */
import * as tf from '@tensorflow/tfjs';
import { checkerboardIndex } from '#imaging/checkerboard.ts';
import { reduceVolume } from '#imaging/reduceVolume.ts';
import type { GeneratorModel } from '#models/model.ts';
import { createRandom } from '#shared/random.ts';
import { median } from '#shared/statistics/quantile.ts';
import { meanPairwiseMsSsim } from '#shared/statistics/structuralSimilarity.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { readDatasetVolume } from './datasetVolume.ts';
import type { Checkerboard, Gap, ScanHealth, Similarity } from './scanHealth.ts';
import type { TrainingRequest } from './training.ts';
import { volumesOf } from './volumesOf.ts';

/** Of each kind: with 66 pairs the mean is known to about 0.01. */
const mostScans = 12;
const leastScans = 3;
/** Voxels a side above which variety is looked at in the means of blocks: it is a matter of anatomy, and dear beyond. */
const comparedSide = 64;
/** Below it the window of the structural similarity does not fit. */
const leastSide = 8;
/** Scans whose spectrum is looked at, and the pattern's period in voxels: that of the last upsampling, of two from 64³ on. */
const mostSpectra = 4;
const periodAt = (side: number): 2 | 4 => (side >= 64 ? 4 : 2);
/** The same codes at every look, none of those of previews. */
const firstSeed = 1001;

/** What is kept of a scan once its tensor is gone. */
interface Seen {
  /** Reduced to the compared side. */
  readonly small: Float32Array;
  readonly side: number;
  readonly checkerboard: number | null;
  /** Judged or reconstructed; null: the model does neither. */
  readonly score: number | null;
}

export interface HealthProbe {
  measure(): Promise<ScanHealth>;
}

type ProbeRequest = Pick<TrainingRequest, 'grid' | 'volumes' | 'seed'>;

export function createHealthProbe(model: GeneratorModel, { grid, volumes, seed }: ProbeRequest): HealthProbe {
  const chosen = createRandom(seed).fork('health').shuffle(volumes);
  const ofSplit = (split: 'train' | 'heldout'): TrainingRequest['volumes'] =>
    chosen.filter((volume) => volume.split === split).slice(0, mostScans);
  const [training, heldOut] = [ofSplit('train'), ofSplit('heldout')];
  let known: { readonly first: Float32Array; readonly mean: number } | null = null;

  const lookAtReal = async (path: string, index: number): Promise<Seen> => {
    const { data } = await readDatasetVolume(path, grid);
    const scan = tf.tensor5d(Float32Array.from(data), [1, grid, grid, grid, 1]);
    const shown = model.shown?.(scan) ?? scan;
    try {
      const [volume] = (await volumesOf(shown)) as [Volume];
      return describe(volume, await scoreOf(model, shown), index);
    } finally {
      tf.dispose([scan, shown]);
    }
  };
  const lookAtSynthetic = async (index: number): Promise<Seen> => {
    const scan = model.generate({ count: 1, seed: firstSeed + index, truncation: 1 });
    const side = model.nextBatch?.().side ?? grid;
    const [whole] = (await volumesOf(scan)) as [Volume];
    scan.dispose();
    const { data, size } = reduceVolume(whole, grid / side); // what a growing network makes is repeated to the grid
    const shown = tf.tensor5d(Float32Array.from(data), [1, side, side, side, 1]);
    try {
      return describe({ ...whole, data, size }, model.judge === undefined ? null : await scoreOf(model, shown), index);
    } finally {
      shown.dispose();
    }
  };
  const similarityOf = (scans: readonly Seen[]): ReturnType<typeof meanPairwiseMsSsim> => {
    const { side } = scans[0] as Seen;
    return meanPairwiseMsSsim(
      scans.map(({ small }) => small),
      { size: [side, side, side], dataRange: 2, pairs: Infinity, random: createRandom(0) }, // all pairs: nothing is drawn
    );
  };
  const realSimilarity = (scans: readonly Seen[]): number => {
    const first = (scans[0] as Seen).small;
    if (known === null || !isEqual(known.first, first)) known = { first, mean: similarityOf(scans).mean };
    return known.mean;
  };

  const compare = (synthetic: readonly Seen[], real: readonly Seen[]): Similarity | null => {
    const { side } = synthetic[0] as Seen;
    if (side < leastSide || real.length < leastScans) return null;
    const { mean, scales } = similarityOf(synthetic);
    const counts = { syntheticScans: synthetic.length, realScans: real.length };
    return {
      synthetic: mean,
      real: realSimilarity(real),
      ...counts,
      scales,
      side,
      isBlurred: model.judge === undefined,
    };
  };

  return {
    async measure() {
      const seen = async <T>(items: readonly T[], look: (item: T, index: number) => Promise<Seen>): Promise<Seen[]> => {
        const all: Seen[] = [];
        for (const [index, item] of items.entries()) all.push(await look(item, index)); // one at a time: memory stays flat
        return all;
      };
      const made = await seen(Array.from({ length: mostScans }), (_, index) => lookAtSynthetic(index));
      const trained = await seen(training, ({ path }, index) => lookAtReal(path, index));
      const held = await seen(heldOut, ({ path }, index) => lookAtReal(path, index));
      const real = [...trained, ...held].slice(0, mostScans);
      return {
        similarity: compare(made, real),
        gap: gapOf(model.judge === undefined ? 'reconstructed' : 'judged', { trained, held, made }),
        checkerboard: checkerboardOf(made, real),
      };
    },
  };
}

function describe({ data, size }: Pick<Volume, 'data' | 'size'>, score: number | null, index: number): Seen {
  const [full] = size;
  let factor = 1;
  while (full / factor > comparedSide && (full / factor) % 2 === 0) factor *= 2;
  const volume = { data, size } as Volume;
  const everywhere = new Uint8Array(data.length).fill(1);
  const period = periodAt(full);
  return {
    small: reduceVolume(volume, factor).data,
    side: full / factor,
    score,
    checkerboard:
      index < mostSpectra
        ? checkerboardIndex(Float64Array.from(data), everywhere, { size, factor: [period, period, period] })
        : null,
  };
}

/** [1, d, h, w, 1] → the discriminator's score, or the squared error of what is made of the scan's code. */
async function scoreOf(model: GeneratorModel, scan: tf.Tensor5D): Promise<number | null> {
  const { judge, encode, generateFrom } = model;
  let score: tf.Tensor;
  if (judge !== undefined) score = judge(scan);
  else if (encode === undefined || generateFrom === undefined) return null;
  else score = tf.tidy(() => tf.mean(tf.squaredDifference(generateFrom(encode(scan)), scan)));
  const [value] = await score.data();
  score.dispose();
  return value ?? null;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Variance of the mean of a few values. */
function meanVariance(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length;
}

function gapOf(kind: Gap['kind'], seen: Readonly<Record<'trained' | 'held' | 'made', readonly Seen[]>>): Gap | null {
  const scores = (scans: readonly Seen[]): number[] => scans.flatMap(({ score }) => (score === null ? [] : [score]));
  const [trained, held, made] = [scores(seen.trained), scores(seen.held), scores(seen.made)];
  if (trained.length < 2 || held.length < 2) return null;
  const [training, heldOut] = [meanOf(trained), meanOf(held)];
  const error = Math.sqrt(meanVariance(trained) + meanVariance(held));
  const difference = kind === 'judged' ? training - heldOut : heldOut - training;
  const common = { kind, training, heldOut, heldOutScans: held.length, isCertain: difference > 2 * error };
  if (kind === 'reconstructed') return { ...common, synthetic: null, value: heldOut / training };
  const synthetic = meanOf(made);
  const spread = training - synthetic;
  // Where the discriminator takes synthetic scans for real there is no way to be on.
  return { ...common, synthetic, value: spread > 0 ? Math.max(0, difference / spread) : 0 };
}

function checkerboardOf(made: readonly Seen[], real: readonly Seen[]): Checkerboard | null {
  // Below 1 the index tells no pattern from another: a smooth picture has next to nothing there.
  const indices = (scans: readonly Seen[]): number[] =>
    scans.flatMap(({ checkerboard }) => (checkerboard === null ? [] : [Math.max(1, checkerboard)]));
  const [ofMade, ofReal] = [indices(made), indices(real)];
  if (ofMade.length === 0 || ofReal.length === 0) return null;
  const [synthetic, reference] = [median(ofMade), median(ofReal)];
  return { synthetic, real: reference, ratio: synthetic / reference };
}

function isEqual(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
