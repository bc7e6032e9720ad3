/** Marks of a logarithmic scale that goes through 0: … −10, −1, 0, 1, 10 … */

/** Those within [low, high], ascending; none but 0 nearer to it than `least`, a power of ten. Thinned to `most` or fewer. */
export function signedDecades(low: number, high: number, { least, most }: { least: number; most: number }): number[] {
  const largest = Math.max(Math.abs(low), Math.abs(high), least);
  const first = Math.round(Math.log10(least));
  const last = Math.floor(Math.log10(largest));
  const sides = low < 0 && high > 0 ? 2 : 1;
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, Math.floor((most - 1) / sides))));
  const powers: number[] = [];
  for (let exponent = last; exponent >= first; exponent -= step) powers.push(Number(`1e${String(exponent)}`));
  const marks = [...powers.map((power) => -power), 0, ...powers.toReversed()];
  return marks.filter((mark) => mark >= low && mark <= high);
}
