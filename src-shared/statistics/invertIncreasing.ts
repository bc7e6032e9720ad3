/** The inverse of an increasing function, by halving an interval until two neighbouring numbers of 64 bits are left. */

/** Where in `low` to `high` `increasing` reaches `target`; an end of the interval where it does not. */
export function invertIncreasing(
  increasing: (at: number) => number,
  target: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (increasing(middle) < target) low = middle;
    else high = middle;
  }
}
