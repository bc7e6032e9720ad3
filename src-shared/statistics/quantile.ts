/** Quantiles of a few numbers, linear between ranks (type 7 of Hyndman & Fan 1996, Am. Stat. 50:361; numpy's default). */

/** The value below which `fraction` (0 to 1) of `values` lies. Throws RangeError for no values. */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new RangeError('A quantile needs one value or more.');
  const sorted = Float64Array.from(values).sort();
  const position = fraction * (sorted.length - 1);
  const low = sorted[Math.floor(position)]!;
  return low + (sorted[Math.ceil(position)]! - low) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
