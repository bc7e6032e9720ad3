/** The figures of a `learn` run as a table for people. */
import type { Reconstruction, SetMeasures, Yardstick } from './measures.ts';

const columns = [28, 8, 18, 8, 10, 10, 26] as const;
const row = (cells: readonly string[]): string =>
  cells.map((cell, at) => (at === 0 ? cell.padEnd(columns[0]) : cell.padStart(columns[at] ?? 12))).join('');
const range = ({ low, high }: { readonly low: number; readonly high: number }, digits = 3): string =>
  `${low.toFixed(digits)} … ${high.toFixed(digits)}`;

export interface Table {
  readonly yardstick: Yardstick;
  readonly sets: Readonly<Record<string, SetMeasures>>;
  readonly rebuilt: Readonly<Record<string, Reconstruction>> | null;
}

/** Lines without ends of line. */
export function tableLines({ yardstick, sets, rebuilt }: Table): readonly string[] {
  const { splitHalf, realSimilarity, scales } = yardstick;
  const lines = Object.entries(sets).map(([name, { features, voxels, similarity }]) =>
    row([
      name,
      features.mmd2.toFixed(3),
      range(features),
      features.p.toFixed(3),
      voxels.unbiased.toFixed(1),
      similarity === null ? 'one scan' : similarity.mean.toFixed(3),
      similarity === null ? '' : `${similarity.gap.toFixed(3)} (${range(similarity)})`,
    ]),
  );
  const floor = row([
    `halves of the reals (${splitHalf.features.cases})`,
    splitHalf.features.mean.toFixed(3),
    range(splitHalf.features),
    '',
    splitHalf.voxels.unbiased.mean.toFixed(1),
    realSimilarity.mean.toFixed(3),
  ]);
  const codes = Object.entries(rebuilt ?? {}).map(([name, { nmsePercent, psnr, ...interval }]) =>
    row([name, nmsePercent.toFixed(2), range(interval, 2), '', psnr.toFixed(1)]),
  );
  return [
    row(['against held-out scans', 'MMD²', '95 %', 'p', 'linear', 'MS-SSIM', 'above the reals (95 %)']),
    ...lines,
    floor,
    `MS-SSIM over ${String(scales.scales)} scales, window ${String(scales.window)}, ${String(realSimilarity.pairs)} pairs of reals.`,
    ...(rebuilt === null ? [] : [row(['held-out scans rebuilt', 'NMSE %', '95 %', '', 'PSNR dB']), ...codes]),
  ];
}
