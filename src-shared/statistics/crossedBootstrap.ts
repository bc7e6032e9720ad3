/**
 * The bootstrap of a table that two samples cross in: readers and cases are drawn again, each with replacement (Owen
 * 2007, Ann. Appl. Stat. 1:386). It errs on the wide side: in `npm run -s bench -- coverage` 95 % hold 96 to 98 %.
 */
import type { Random } from '../random.ts';
import { drawTimes, percentileInterval, type Interval } from './bootstrap.ts';

/** `[case][reader]`; null where a reader did not see a case. */
export type Crossed = readonly (readonly (number | null)[])[];

/**
 * Percentile interval of the mean of all entries. Cases are drawn within each of `strata` (real and synthetic, whose
 * numbers a study fixes); a single reader stays as it is. Null where there is nothing to average.
 */
export function crossedInterval(
  strata: readonly Crossed[],
  { random, resamples = 2000 }: { readonly random: Random; readonly resamples?: number },
): Interval | null {
  const readers = strata.find((stratum) => stratum.length > 0)?.[0]?.length ?? 0;
  const means: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const readerTimes = drawTimes(readers, random);
    let [sum, weight] = [0, 0];
    for (const stratum of strata) {
      const caseTimes = drawTimes(stratum.length, random);
      for (const [index, row] of stratum.entries()) {
        const times = caseTimes[index]!;
        if (times === 0) continue;
        for (let reader = 0; reader < readers; reader++) {
          const value = row[reader] ?? null;
          if (value === null) continue;
          sum += times * readerTimes[reader]! * value;
          weight += times * readerTimes[reader]!;
        }
      }
    }
    if (weight > 0) means.push(sum / weight);
  }
  return means.length === 0 ? null : percentileInterval(means);
}
