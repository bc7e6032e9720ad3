/** The scale in which synthetic scans are written: that of a typical scan of the training split. */
import { AppError } from '#contract/errors.ts';
import type { VolumeRecord } from '#contract/records.ts';
import { median } from '#shared/statistics/quantile.ts';

export interface IntensityRange {
  readonly low: number;
  readonly high: number;
  readonly background: number;
}

/** Medians of `transform.intensity.low`, `.high` and `.background` over the training split, in the scans' own units. */
export function medianIntensity(volumes: readonly VolumeRecord[]): IntensityRange {
  const ranges = volumes.filter((volume) => volume.split === 'train').map((volume) => volume.transform.intensity);
  if (ranges.length === 0)
    throw new AppError('bad-input', 'The dataset of this checkpoint has no training scans any more.');
  return {
    low: median(ranges.map((range) => range.low)),
    high: median(ranges.map((range) => range.high)),
    background: median(ranges.map((range) => range.background)),
  };
}

/** BIDS names what a scan shows by the end of its name; the most frequent one here, T1w where the names do not tell. */
export function commonSuffix(volumes: readonly VolumeRecord[]): string {
  const counts = new Map<string, number>();
  for (const { sourceFile } of volumes) {
    const suffix = /_([A-Za-z0-9]*(?:w|FLAIR|map))\.(?:nii|mgz|mgh|hdr|img)/.exec(sourceFile)?.[1] ?? 'T1w';
    counts.set(suffix, (counts.get(suffix) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 'T1w';
}
