/** Intensities of a volume: its range, the window that shows it well, and its histogram. */

export interface IntensityWindow {
  readonly low: number;
  readonly high: number;
}

/** Enough values for percentiles that differ by less than a grey level; all of them in small volumes. */
const sampleSize = 131_072;

/** Values spread over the volume, sorted. An odd step does not fall into line with the rows. */
function sortedSample(data: Float32Array): Float32Array {
  const step = Math.max(1, Math.floor(data.length / sampleSize)) | 1;
  const sample = new Float32Array(Math.ceil(data.length / step));
  for (let index = 0, to = 0; index < data.length; index += step, to++) sample[to] = data[index]!;
  return sample.sort();
}

/** The window from the 2nd to the 98th percentile; wider where these are equal, never empty. */
export function autoWindow(data: Float32Array): IntensityWindow {
  const sorted = sortedSample(data);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.02), at(0.98)];
  if (high > low) return { low, high };
  const { low: least, high: greatest } = rangeOf(data);
  return greatest > least ? { low: least, high: greatest } : { low: least - 0.5, high: least + 0.5 };
}

/** Windows that overlap by this share of the wider are of scans in the same units. */
const alike = 0.7;

/** The window of a scan beside one that is shown in `first`: the same where both are of like intensities, else its own. */
export function windowBeside(first: IntensityWindow, own: IntensityWindow): IntensityWindow {
  const shared = Math.min(first.high, own.high) - Math.max(first.low, own.low);
  return shared >= alike * Math.max(first.high - first.low, own.high - own.low) ? first : own;
}

/** The window that shows differences: symmetric about 0, to the 98th percentile of those that are not 0. */
export function differenceWindow(data: Float32Array): IntensityWindow {
  const sizes = sortedSample(data.map(Math.abs)).filter((value) => value > 0);
  const bound = sizes[Math.round(0.98 * (sizes.length - 1))] ?? 1;
  return { low: -bound, high: bound };
}

/** The least and the greatest value. */
function rangeOf(data: Float32Array): IntensityWindow {
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return data.length === 0 ? { low: 0, high: 0 } : { low, high };
}

export interface Histogram {
  readonly low: number;
  readonly high: number;
  /** Voxels a bin, bins of equal width from `low` to `high`; the greatest value is in the last. */
  readonly counts: readonly number[];
}

export function histogramOf(data: Float32Array, bins: number): Histogram {
  const { low, high } = rangeOf(data);
  const counts = new Uint32Array(bins + 1); // the greatest value alone falls beyond the last bin
  const scale = high > low ? bins / (high - low) : 0;
  for (const value of data) counts[((value - low) * scale) | 0]! += 1;
  const beyond = counts[bins] ?? 0;
  return { low, high, counts: [...counts.subarray(0, bins - 1), (counts[bins - 1] ?? 0) + beyond] };
}

/** The window after a drag: to the right widens, upwards brightens; a drag over the whole pane is the whole width. */
export function draggedWindow(start: IntensityWindow, right: number, up: number): IntensityWindow {
  const width = start.high - start.low;
  const centre = (start.low + start.high) / 2 - up * width;
  const half = (width / 2) * Math.max(0.02, 2 ** (2 * right));
  return { low: centre - half, high: centre + half };
}
