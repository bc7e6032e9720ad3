/** In which order a reader sees the cases of a study: another for each reader, the same whenever it is asked for. */
import { createRandom, type Random } from '../random.ts';
import { AppError } from '../contract/errors.ts';

export interface Showing {
  /** The scan, or the two of a pair. */
  readonly cases: readonly string[];
  /** 0: for the first time, 1: once more. */
  readonly repeat: 0 | 1;
  readonly isPractice: boolean;
}

export interface OrderRequest {
  readonly seed: number;
  readonly reader: string;
  /** What is judged, in an order that everybody who computes this agrees on. */
  readonly items: readonly (readonly string[])[];
  readonly practice: readonly (readonly string[])[];
  /** How many of the items are shown twice. */
  readonly repeats: number;
}

/** Puts one more showing of `item` anywhere but next to the first. */
function insertRepeat(showings: Showing[], item: Showing, random: Random): void {
  const earliest = showings.indexOf(item) + 2;
  const at = earliest + random.integer(showings.length - earliest + 1);
  showings.splice(at, 0, { ...item, repeat: 1 });
}

/**
 * Practice first, then all items shuffled, with `repeats` of them again later, never directly after the first showing.
 * Throws `usage` where fewer items than repeats leave room for that.
 */
export function trialOrder({ seed, reader, items, practice, repeats }: OrderRequest): readonly Showing[] {
  if (repeats > Math.max(0, items.length - 1))
    throw new AppError('usage', `Of ${String(items.length)} trials ${String(repeats)} cannot be repeated; at most all but one can.`); // prettier-ignore
  const random = createRandom(seed).fork(`reader ${reader}`);
  const asShowing = (isPractice: boolean) => (cases: readonly string[]): Showing => ({ cases, repeat: 0, isPractice }); // prettier-ignore
  const showings = random.shuffle(items).map(asShowing(false));
  // The last one would follow itself.
  for (const item of random.shuffle(showings.slice(0, -1)).slice(0, repeats)) insertRepeat(showings, item, random);
  return [...random.shuffle(practice).map(asShowing(true)), ...showings];
}
