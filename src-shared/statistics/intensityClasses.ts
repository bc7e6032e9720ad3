/**
 * Three intensity classes of a brain, as a mixture of normal distributions fitted to its histogram (expectation and
 * maximisation; Dempster, Laird & Rubin 1977, J. R. Stat. Soc. B 39:1): dark, medium, bright. In a T1-weighted scan they
 * are roughly fluid, grey and white matter. There is no prior of place and no correction of shading: the volumes serve to
 * compare two pictures of one brain, not as measurements of anatomy.
 */

/** Which class voxels belong to: up to the first limit dark, from there to the second medium, above it bright. */
export interface IntensityClasses {
  readonly limits: readonly [number, number];
  /** Of the three normal distributions, darkest first. */
  readonly means: readonly [number, number, number];
}

const bins = 512;
const mostRounds = 500;
/** The fit rests when no mean moves by more than this share of a bin. */
const rest = 1e-3;
const classes = 3;
/** Of the range of intensities, so that no class can shrink to a single bin. */
const narrowest = 2 / bins;

interface Normal {
  readonly weight: number;
  readonly mean: number;
  readonly deviation: number;
}

const density = (x: number, { weight, mean, deviation }: Normal): number =>
  (weight / deviation) * Math.exp(-0.5 * ((x - mean) / deviation) ** 2);

/** Quantiles of a histogram over bins 0 … n − 1, in bins. */
function binOf(histogram: Float64Array, fraction: number): number {
  const wanted = fraction * histogram.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    below += histogram[bin]!;
    if (below >= wanted) return bin;
  }
  return histogram.length - 1;
}

/** One round: every bin is shared among the classes, and they are fitted to their shares. */
function refit(histogram: Float64Array, normals: readonly Normal[]): readonly Normal[] {
  const sums = normals.map(() => ({ weight: 0, first: 0, second: 0 }));
  for (let bin = 0; bin < histogram.length; bin++) {
    const parts = normals.map((normal) => density(bin, normal));
    const total = parts.reduce((sum, part) => sum + part, 0);
    if (histogram[bin] === 0 || total === 0) continue;
    sums.forEach((sum, index) => {
      const share = (histogram[bin]! * parts[index]!) / total;
      sum.weight += share;
      sum.first += share * bin;
      sum.second += share * bin * bin;
    });
  }
  return sums.map(({ weight, first, second }, index) => {
    if (weight === 0) return normals[index]!;
    const mean = first / weight;
    return {
      weight,
      mean,
      deviation: Math.max(narrowest * bins, Math.sqrt(Math.max(0, second / weight - mean * mean))),
    };
  });
}

/** The bin between two neighbouring classes where the brighter one becomes the likelier, as a fraction of a bin. */
function limitBetween(darker: Normal, brighter: Normal): number {
  const steps = 2000;
  for (let step = 0; step <= steps; step++) {
    const x = darker.mean + ((brighter.mean - darker.mean) * step) / steps;
    if (density(x, brighter) >= density(x, darker)) return x;
  }
  return brighter.mean;
}

/**
 * Fits the classes to the voxels of `data` where `mask` is 1, between `low` and `high` (what lies outside counts at the
 * ends). The same input gives the same classes: nothing is random.
 */
export function fitIntensityClasses(
  data: Float32Array,
  mask: Uint8Array,
  { low, high }: { readonly low: number; readonly high: number },
): IntensityClasses {
  const histogram = new Float64Array(bins);
  const scale = (bins - 1) / (high - low);
  for (let index = 0; index < data.length; index++) {
    if (mask[index] === 0) continue;
    histogram[Math.round(Math.max(0, Math.min(bins - 1, (data[index]! - low) * scale)))]!++;
  }
  let normals: readonly Normal[] = Array.from({ length: classes }, (_, index) => ({
    weight: 1,
    mean: binOf(histogram, (index + 0.5) / classes),
    deviation: bins / (2 * classes),
  }));
  for (let round = 0; round < mostRounds; round++) {
    const next = refit(histogram, normals);
    const moved = Math.max(...next.map(({ mean }, index) => Math.abs(mean - normals[index]!.mean)));
    normals = next;
    if (moved < rest) break;
  }
  const [dark, medium, bright] = normals.toSorted((a, b) => a.mean - b.mean) as [Normal, Normal, Normal];
  const intensity = (bin: number): number => low + bin / scale;
  return {
    limits: [intensity(limitBetween(dark, medium)), intensity(limitBetween(medium, bright))],
    means: [intensity(dark.mean), intensity(medium.mean), intensity(bright.mean)],
  };
}

/** 1, 2, 3 for dark, medium, bright where `mask` is 1, else 0. */
export function classify(data: Float32Array, mask: Uint8Array, { limits }: IntensityClasses): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    if (mask[index] === 0) continue;
    const value = data[index]!;
    result[index] = value < limits[0] ? 1 : value < limits[1] ? 2 : 3;
  }
  return result;
}

/** Voxels of each class, dark first. */
export function countClasses(labels: Uint8Array): readonly [number, number, number] {
  const counts: [number, number, number] = [0, 0, 0];
  for (const label of labels) if (label >= 1 && label <= classes) counts[(label - 1) as 0 | 1 | 2]++;
  return counts;
}

/** Mean over the classes of 2|A ∩ B| / (|A| + |B|) (Dice 1945, Ecology 26:297); a class that neither has counts as 1. */
export function meanDice(a: Uint8Array, b: Uint8Array): number {
  const both = [0, 0, 0];
  for (let index = 0; index < a.length; index++) if (a[index]! > 0 && a[index] === b[index]) both[a[index]! - 1]!++;
  const [inA, inB] = [countClasses(a), countClasses(b)];
  const dice = both.map((count, index) => {
    const sum = inA[index]! + inB[index]!;
    return sum === 0 ? 1 : (2 * count) / sum;
  });
  return dice.reduce((sum, value) => sum + value, 0) / classes;
}
