/** How results say numbers: intervals, shares, and what could not be computed, with the reason. */
import type { Interval } from '../statistics/bootstrap.ts';
import { wilsonInterval } from '../statistics/proportion.ts';

/** From, to. */
export type Range = readonly [number, number];

export const rangeOf = (interval: Interval | null): Range | null =>
  interval === null ? null : [interval.low, interval.high];

export interface Share {
  readonly n: number;
  readonly count: number;
  /** count / n, 0 to 1. */
  readonly value: number;
  /** Wilson's 95 % interval, as of independent trials. */
  readonly wilson95: Range;
}

/** Null of nothing. */
export function shareOf(count: number, n: number): Share | null {
  const interval = wilsonInterval(count, n);
  return interval === null ? null : { n, count, value: count / n, wilson95: [interval.low, interval.high] };
}

/** A statistic that is null in the result, and why. */
export interface Absence {
  /** Its name in the result, for example `readers.aucCi95`. */
  readonly statistic: string;
  /** Of which reader, pair or model; null: of the study. */
  readonly of: string | null;
  readonly reason: string;
}

export interface Absences {
  readonly list: readonly Absence[];
  /** `value` as it is; where it is null, the reason is noted. */
  keep<Value>(value: Value | null, statistic: string, reason: string, of?: string): Value | null;
}

export function collectAbsences(): Absences {
  const list: Absence[] = [];
  return {
    list,
    keep: (value, statistic, reason, of) => {
      if (value === null) list.push({ statistic, of: of ?? null, reason });
      return value;
    },
  };
}
