/** How results write their numbers in the user's language. */
import type { Range, Share } from '#shared/study/outcome.ts';
import { useI18n } from 'vue-i18n';

export interface ResultNumbers {
  percent(share: number | null): string;
  decimal(value: number | null, digits?: number): string;
  /** A value with its interval. */
  percentWithin(share: number | null, interval: Range | null): string;
  decimalWithin(value: number | null, interval: Range | null): string;
  shareOf(share: Share | null): string;
  p(value: number | null): string;
  seconds(ms: number | null): string;
}

const none = '–';
const smallestP = 0.001;

export function useResultNumbers(): ResultNumbers {
  const { n } = useI18n();
  const fixed = (value: number, digits: number): string =>
    n(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const decimal = (value: number | null, digits = 3): string => (value === null ? none : fixed(value, digits));
  const percent = (share: number | null): string =>
    share === null ? none : n(share, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const within = (text: string, interval: Range | null, show: (value: number) => string): string =>
    interval === null ? text : `${text} [${show(interval[0])},\u00a0${show(interval[1])}]`;
  return {
    percent,
    decimal,
    percentWithin: (share, interval) => within(percent(share), share === null ? null : interval, percent),
    decimalWithin: (value, interval) => within(decimal(value), value === null ? null : interval, decimal),
    shareOf: (share) => (share === null ? none : within(percent(share.value), share.wilson95, percent)),
    p: (value) => (value === null ? none : value < smallestP ? `< ${fixed(smallestP, 3)}` : fixed(value, 3)),
    seconds: (ms) => (ms === null ? none : n(ms / 1000, { style: 'unit', unit: 'second', maximumFractionDigits: 1 })),
  };
}
