/**
 * A figure of merit over readers and cases of any design, also one in which readers see different cases: a U-statistic,
 * whose variance is what it squared exceeds the mean product of two kernels that share neither reader nor case (Gallas,
 * Bandos, Samuelson & Wagner 2009, Commun. Stat. Theory Methods 38:2586; of right answers: Gallas, Pennello & Myers 2007,
 * J. Opt. Soc. Am. A 24:B70). Every answer counts alike, so that who read more counts more.
 */
import type { Interval } from './bootstrap.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';

/** Scores `[reader][case]`; null where a reader did not see a case. */
export type Seen = readonly (readonly (number | null)[])[];

export interface DesignAverage {
  readonly estimate: number;
  /** Of Gallas' unbiased variance, where that is not below what the readers' differences alone make. */
  readonly se: number;
  /** Hillis' degrees of freedom, with that part of the variance; null where the readers do not differ. */
  readonly df: number | null;
  /** 95 %, cut off at 0 and 1. */
  readonly interval: Interval;
  readonly readers: number;
}

/** Sums of a kernel K over a design, and of 1 in its place. */
interface Sums {
  /** Σ K of each reader. */
  readonly ofReaders: readonly { readonly kernel: number; readonly weight: number }[];
  /** Σ K K′ over pairs of kernels that share neither reader nor case. */
  readonly apart: { readonly kernel: number; readonly weight: number };
}

const square = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
};
const total = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** Sums of products by what two kernels share, from all pairs down to those that share nothing. */
class PairSums {
  readonly ofReaders: Float64Array;
  readonly #rows: Float64Array;
  readonly #columns: Float64Array;
  readonly #cells: Float64Array;
  readonly #width: number;
  #readerRows = 0;
  #readerColumns = 0;
  #alone = 0;

  constructor(readers: number, rows: number, columns: number) {
    this.ofReaders = new Float64Array(readers);
    this.#rows = new Float64Array(rows);
    this.#columns = new Float64Array(columns);
    this.#cells = new Float64Array(rows * columns);
    this.#width = columns;
  }

  /** All kernels of one reader, null where there is none: `kernel(row, column)`. */
  add(reader: number, kernel: (row: number, column: number) => number | null): void {
    const columnSums = new Float64Array(this.#width);
    for (let row = 0; row < this.#rows.length; row++) {
      let rowSum = 0;
      for (let column = 0; column < this.#width; column++) {
        const value = kernel(row, column);
        if (value === null) continue;
        rowSum += value;
        columnSums[column]! += value;
        this.#cells[row * this.#width + column]! += value;
        this.#alone += value * value;
      }
      this.#rows[row]! += rowSum;
      this.ofReaders[reader]! += rowSum;
      this.#readerRows += rowSum * rowSum;
    }
    columnSums.forEach((value, column) => (this.#columns[column]! += value));
    this.#readerColumns += square(columnSums);
  }

  /** By inclusion and exclusion: pairs that share a reader, a row or a column are taken away. */
  apart(): number {
    const all = total(this.ofReaders) ** 2;
    const one = square(this.ofReaders) + square(this.#rows) + square(this.#columns);
    const two = this.#readerRows + this.#readerColumns + square(this.#cells);
    return all - one + two - this.#alone;
  }
}

function sumsOf(readers: number, size: readonly [number, number], kernelOf: (reader: number) => (row: number, column: number) => number | null): Sums {
  const [kernels, weights] = [new PairSums(readers, ...size), new PairSums(readers, ...size)];
  for (let reader = 0; reader < readers; reader++) {
    const kernel = kernelOf(reader);
    kernels.add(reader, kernel);
    weights.add(reader, (row, column) => (kernel(row, column) === null ? null : 1));
  }
  return {
    ofReaders: Array.from(kernels.ofReaders, (kernel, reader) => ({ kernel, weight: weights.ofReaders[reader] ?? 0 })),
    apart: { kernel: kernels.apart(), weight: weights.apart() },
  };
} // prettier-ignore

/** Below it a variance is rounding. */
const noVariance = 1e-15;

function averageOf({ ofReaders, apart }: Sums): DesignAverage | null {
  const own = ofReaders.filter(({ weight }) => weight > 0);
  const weight = total(own.map((reader) => reader.weight));
  if (own.length < 2 || apart.weight <= 0) return null;
  const estimate = total(own.map(({ kernel }) => kernel)) / weight;
  const spread = square(own.map((reader) => (reader.kernel - estimate * reader.weight) / weight));
  const ofReaderDifferences = (spread * own.length) / (own.length - 1);
  const unbiased = estimate ** 2 - apart.kernel / apart.weight;
  const variance = Math.max(unbiased, ofReaderDifferences);
  if (variance < noVariance) return null;
  const df = ofReaderDifferences < noVariance ? null : (own.length - 1) * (variance / ofReaderDifferences) ** 2;
  const se = Math.sqrt(variance);
  const reach = (df === null ? normalQuantile(0.975) : studentQuantile(0.975, df)) * se;
  const interval = { low: Math.max(0, estimate - reach), high: Math.min(1, estimate + reach) };
  return { estimate, se, df, interval, readers: own.length };
}

const compare = (negative: number, positive: number): number =>
  positive > negative ? 1 : positive === negative ? 0.5 : 0;

/**
 * The area under the ROC curve, over all comparisons that a reader made. Null for fewer than two readers, or where no
 * two comparisons share neither reader nor case, or where nothing varies.
 */
export function averageArea(negatives: Seen, positives: Seen): DesignAverage | null {
  const size = [negatives[0]?.length ?? 0, positives[0]?.length ?? 0] as const;
  return averageOf(
    sumsOf(negatives.length, size, (reader) => {
      const [of, to] = [negatives[reader] ?? [], positives[reader] ?? []];
      return (row, column) => {
        const [negative = null, positive = null] = [of[row], to[column]];
        return negative === null || positive === null ? null : compare(negative, positive);
      };
    }),
  );
}

/** The share of right answers; `isCorrect` is 0 or 1. Null as above. */
export function averageShare(isCorrect: Seen): DesignAverage | null {
  const sums = (kernel: (answer: number) => number): { readonly ofReaders: readonly number[]; readonly apart: number } => {
    const ofCases = new Float64Array(isCorrect[0]?.length ?? 0);
    let alone = 0;
    const ofReaders = isCorrect.map((row) => {
      let own = 0;
      for (const [index, answer] of row.entries()) {
        if (answer === null) continue;
        const value = kernel(answer);
        own += value;
        ofCases[index]! += value;
        alone += value * value;
      }
      return own;
    });
    return { ofReaders, apart: total(ofReaders) ** 2 - square(ofReaders) - square(ofCases) + alone };
  };
  const [kernels, weights] = [sums((answer) => answer), sums(() => 1)];
  return averageOf({
    ofReaders: kernels.ofReaders.map((kernel, reader) => ({ kernel, weight: weights.ofReaders[reader] ?? 0 })),
    apart: { kernel: kernels.apart, weight: weights.apart },
  });
} // prettier-ignore
