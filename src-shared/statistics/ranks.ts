/** Ranks with ties: equal values share the mean of their places. */

export interface Ranks {
  /** Twice the rank of each value among all, in the order given, so that mean ranks stay whole. */
  readonly ranks: readonly number[];
  /** Σ(t³ − t) over groups of t tied values. */
  readonly ties: number;
}

export function doubledRanks(values: readonly number[]): Ranks {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length).fill(0);
  let ties = 0;
  for (let begin = 0; begin < order.length;) {
    let end = begin + 1;
    while (end < order.length && values[order[end]!] === values[order[begin]!]) end++;
    for (let at = begin; at < end; at++) ranks[order[at]!] = begin + end + 1;
    ties += (end - begin) ** 3 - (end - begin);
    begin = end;
  }
  return { ranks, ties };
}
