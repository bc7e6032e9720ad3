/** How a study's report writes numbers: shares in per cent with their counts, intervals in brackets, p as journals do. */
import type { Range, Share } from '../../study/outcome.ts';

export const none = '–';
/** What belongs together stays on one line. */
const space = '\u00a0';

export const decimal = (value: number | null, digits = 3): string => {
  if (value === null) return none;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
};
const range = (of: Range | null, digits = 3): string =>
  of === null ? '' : ` [${decimal(of[0], digits)},${space}${decimal(of[1], digits)}]`;
export const withRange = (value: number | null, of: Range | null, digits = 3): string =>
  value === null ? none : decimal(value, digits) + range(of, digits);

const inPercent = (share: number): string => (100 * share).toFixed(1);
export const percent = (share: number | null): string => (share === null ? none : `${inPercent(share)}${space}%`);
export const percentRange = (of: Range | null): string =>
  of === null ? '' : ` [${inPercent(of[0])},${space}${inPercent(of[1])}]`;
/** `62.5 % [50.9, 72.8]` */
export const percentWithRange = (share: number | null, of: Range | null): string =>
  share === null ? none : percent(share) + percentRange(of);
/** `45/72, 62.5 % [50.9, 72.8]` */
export const counted = (share: Share | null): string =>
  share === null ? none : `${share.count}/${share.n}, ${percentWithRange(share.value, share.wilson95)}`;

export function probability(p: number | null): string {
  if (p === null) return none;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

export const degrees = (df: number | null): string => (df === null ? '∞ (normal)' : df.toFixed(1));
export const seconds = (ms: number | null): string => (ms === null ? none : `${(ms / 1000).toFixed(1)}${space}s`);
/** To the minute, in UTC. */
export const moment = (iso: string | null): string =>
  iso === null ? none : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
