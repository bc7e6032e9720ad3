/** The scans that reports compare, all in [-1, 1] on the dataset's grid: the reals as imported, the synthetic ones turned back. */
import type { ArtifactRecord, Split, VolumeRecord } from '#contract/records.ts';
import type { SheetScan } from '#imaging/contactSheet.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { median } from '#shared/statistics/quantile.ts';
import type { Volume } from '#shared/volume/volume.ts';

export interface RealScan {
  readonly subject: string;
  readonly split: Split;
  readonly volume: Volume;
}

/** Grid volumes of a dataset; the paths of `records` are absolute. */
export async function readReals(records: readonly VolumeRecord[]): Promise<readonly RealScan[]> {
  return Promise.all(
    records.map(async ({ subject, split, path }) => ({ subject, split, volume: (await readVolume(path)).volume })),
  );
}

/**
 * Reads the NIfTI files a synthesis wrote, in the order of `artifacts`. They hold intensities between the medians of the
 * training scans' ends of range, which are -1 and 1 on the grid.
 */
export async function readSynthetic(
  artifacts: readonly ArtifactRecord[],
  training: readonly VolumeRecord[],
): Promise<readonly Volume[]> {
  const low = median(training.map((record) => record.transform.intensity.low));
  const high = median(training.map((record) => record.transform.intensity.high));
  const files = artifacts.filter((artifact) => artifact.kind === 'synthetic-volume');
  return Promise.all(
    files.map(async ({ path }) => {
      const { volume } = await readVolume(path);
      const data = volume.data.map((value) => Math.min(1, Math.max(-1, (2 * (value - low)) / (high - low) - 1)));
      return { ...volume, data };
    }),
  );
}

/** A cell of a contact sheet for a volume in [-1, 1]. */
export function sheetCell(volume: Volume, caption: string): SheetScan {
  return { volume, low: -1, high: 1, caption };
}
