/** Holm's correction for several tests (Holm 1979, Scand. J. Stat. 6:65): the chance of any false alarm stays as stated. */

/** Adjusted p values in the order given, each at least its own p and at most 1. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = [...pValues];
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}
