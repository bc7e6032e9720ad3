/**
 * Fluid, grey and white matter in the histogram of a T1-weighted brain: three normal distributions, and between
 * neighbouring ones the voxels that hold some of both (partial volume), all shares being equally frequent (Santago & Gage
 * 1993, IEEE Trans. Med. Imaging 12:566). Fitted by expectation and maximisation with one deviation for all, from Otsu's
 * three classes (Otsu 1979, IEEE Trans. Syst. Man Cybern. 9:62). Nothing is random.
 */
import { factorise, solveFactorised } from '#shared/statistics/cholesky.ts';

/**
 * What a voxel can be, in the order of its intensity: fluid, fluid and grey matter, grey matter, grey and white matter,
 * white matter.
 */
export const voxelKinds = 5;

export interface TissueMixture {
  /** Of fluid, grey and white matter. */
  readonly means: readonly [number, number, number];
  readonly deviation: number;
  /** How frequent the kinds of voxel are; sum 1. */
  readonly weights: readonly number[];
}

/** Intensities count from the background (0) and end here: scans reach 2, shading lifts some above it. */
const bins = 240;
const binWidth = 0.01;

/** Steps by which the share of the brighter tissue in a mixed voxel is summed over. */
const mixedSteps = 7;
/**
 * Of the range of intensities (2), 6 %: so much do structures of one tissue differ, and without it mixed voxels explain
 * the pure ones away, the more the coarser the grid.
 */
const leastDeviation = 0.12;
const mostRounds = 150;
/** The fit rests when no mean moves by more in a round. */
const rest = 1e-4;
/** Ties a mean to where it was, so that a tissue that is nowhere has one too. */
const inertia = 1e-9;

export function binOf(intensity: number): number {
  return Math.max(0, Math.min(bins - 1, Math.round(intensity / binWidth)));
}

export function histogramOf(intensities: Float32Array): Float64Array {
  const counts = new Float64Array(bins);
  for (const intensity of intensities) counts[binOf(intensity)]!++;
  return counts;
}

/** The normal distributions of which the kinds consist: one of a pure tissue, one a step of two mixed ones. */
interface Part {
  readonly kind: number;
  /** 0 fluid, 1 grey matter. */
  readonly darker: 0 | 1;
  /** Of the next brighter tissue. */
  readonly share: number;
  /** Of its kind. */
  readonly portion: number;
}

const parts: readonly Part[] = Array.from({ length: voxelKinds }, (_, kind): readonly Part[] => {
  const darker = kind < 2 ? 0 : 1;
  if (kind % 2 === 0) return [{ kind, darker, share: kind === voxelKinds - 1 ? 1 : 0, portion: 1 }];
  return Array.from({ length: mixedSteps }, (__, step) => ({
    kind,
    darker,
    share: (step + 0.5) / mixedSteps,
    portion: 1 / mixedSteps,
  }));
}).flat();

function meanOf({ darker, share }: Part, means: TissueMixture['means']): number {
  return (1 - share) * means[darker] + share * means[(darker + 1) as 1 | 2];
}

/** Means of the three classes with the most variance between them. */
function otsuMeans(counts: Float64Array): TissueMixture['means'] {
  const weight = new Float64Array(bins + 1);
  const moment = new Float64Array(bins + 1);
  for (let bin = 0; bin < bins; bin++) {
    weight[bin + 1] = weight[bin]! + counts[bin]!;
    moment[bin + 1] = moment[bin]! + counts[bin]! * bin;
  }
  const variance = (from: number, to: number): number => {
    const share = weight[to]! - weight[from]!;
    return share === 0 ? 0 : (moment[to]! - moment[from]!) ** 2 / share;
  };
  let [most, low, high] = [-1, 1, 2];
  for (let a = 1; a < bins - 1; a++) {
    const dark = variance(0, a);
    for (let b = a + 1; b < bins; b++) {
      const between = dark + variance(a, b) + variance(b, bins);
      if (between > most) [most, low, high] = [between, a, b];
    }
  }
  const mean = (from: number, to: number): number => {
    const share = weight[to]! - weight[from]!;
    return binWidth * (share === 0 ? (from + to - 1) / 2 : (moment[to]! - moment[from]!) / share);
  };
  return [mean(0, low), mean(low, high), mean(high, bins)];
}

/** Voxels of a part and the sums of their intensities and of the squares. */
interface Sums {
  count: number;
  first: number;
  second: number;
}

/** Expectation: every bin is shared among the parts. */
function shareBins(counts: Float64Array, { means, deviation, weights }: TissueMixture): readonly Sums[] {
  const sums = parts.map((): Sums => ({ count: 0, first: 0, second: 0 }));
  const centres = parts.map((part) => meanOf(part, means));
  const heights = parts.map(({ kind, portion }) => weights[kind]! * portion);
  const densities = new Float64Array(parts.length);
  for (let bin = 0; bin < bins; bin++) {
    if (counts[bin] === 0) continue;
    const x = bin * binWidth;
    let total = 0;
    for (let part = 0; part < densities.length; part++) {
      const deviations = (x - centres[part]!) / deviation;
      densities[part] = heights[part]! * Math.exp(-0.5 * deviations * deviations);
      total += densities[part]!;
    }
    if (total === 0) continue;
    for (let part = 0; part < densities.length; part++) {
      const share = (counts[bin]! * densities[part]!) / total;
      const sum = sums[part]!;
      sum.count += share;
      sum.first += share * x;
      sum.second += share * x * x;
    }
  }
  return sums;
}

/** Maximisation: the means by least squares over pure and mixed voxels, then the deviation around them. */
function refit(sums: readonly Sums[], before: TissueMixture): TissueMixture {
  const total = sums.reduce((all, { count }) => all + count, 0);
  if (total === 0) return before;
  const normal = new Float64Array(9);
  const right = new Float64Array(3);
  const weights = new Array<number>(voxelKinds).fill(0);
  parts.forEach(({ kind, darker, share }, index) => {
    const { count, first } = sums[index]!;
    weights[kind]! += count / total;
    const brighter = darker + 1;
    normal[darker * 4]! += count * (1 - share) ** 2;
    normal[brighter * 4]! += count * share ** 2;
    normal[brighter * 3 + darker]! += count * share * (1 - share);
    right[darker]! += (1 - share) * first;
    right[brighter]! += share * first;
  });
  before.means.forEach((mean, tissue) => {
    normal[tissue * 4]! += inertia * total;
    right[tissue]! += inertia * total * mean;
  });
  if (!factorise(normal, 3)) return before;
  solveFactorised(normal, right);
  const means = [...right] as [number, number, number];
  let squares = 0;
  parts.forEach((part, index) => {
    const { count, first, second } = sums[index]!;
    const centre = meanOf(part, means);
    squares += second - 2 * centre * first + centre * centre * count;
  });
  return { means, deviation: Math.max(leastDeviation, Math.sqrt(Math.max(0, squares / total))), weights };
}

/** Fits the mixture to a histogram; `start` is a fit to nearly the same one. */
export function fitTissueMixture(counts: Float64Array, start?: TissueMixture): TissueMixture {
  let mixture = start;
  if (mixture === undefined) {
    const means = otsuMeans(counts);
    const deviation = Math.max(leastDeviation, (means[2] - means[0]) / 10);
    mixture = { means, deviation, weights: new Array<number>(voxelKinds).fill(1 / voxelKinds) };
  }
  for (let round = 0; round < mostRounds; round++) {
    const before = mixture;
    mixture = refit(shareBins(counts, before), before);
    const moved = Math.max(...mixture.means.map((mean, tissue) => Math.abs(mean - before.means[tissue]!)));
    if (moved < rest) break;
  }
  return mixture;
}

export interface KindTables {
  /** [bins · kinds]: frequency of the kind times its density at the bin's intensity, up to a common factor. */
  readonly evidence: Float32Array;
  /** [bins · kinds]: expected share of the brighter of a kind's tissues (of pure ones 0, of white matter 1). */
  readonly share: Float32Array;
}

/** What the mixture says of every intensity, for voxels to look it up. */
export function kindTables({ means, deviation, weights }: TissueMixture): KindTables {
  const evidence = new Float32Array(bins * voxelKinds);
  const share = new Float32Array(bins * voxelKinds);
  for (let bin = 0; bin < bins; bin++) {
    const x = bin * binWidth;
    // Beyond the outermost means densities vanish: there the intensity counts as theirs.
    const held = Math.max(means[0], Math.min(means[2], x));
    for (const part of parts) {
      const density = part.portion * Math.exp(-0.5 * ((held - meanOf(part, means)) / deviation) ** 2);
      evidence[bin * voxelKinds + part.kind]! += density;
      share[bin * voxelKinds + part.kind]! += density * part.share;
    }
    for (let kind = 0; kind < voxelKinds; kind++) {
      const at = bin * voxelKinds + kind;
      if (evidence[at]! > 0) share[at]! /= evidence[at]!;
      evidence[at]! *= weights[kind]!;
    }
  }
  return { evidence, share };
}
