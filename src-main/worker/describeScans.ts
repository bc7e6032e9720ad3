/** What the scans of a super-resolution training are like: their spacing and the distribution of their intensities. */
import type { SrTraining } from '#contract/superResolution.ts';
import { percentilesOf } from '#imaging/percentiles.ts';
import { createRandom } from '#shared/random.ts';
import { quantile } from '#shared/statistics/quantile.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { readDatasetVolume } from './datasetVolume.ts';

const ranks = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
type Rank = keyof typeof ranks;
/** Of a large dataset so many scans, chosen at random, stand for all. */
const mostScans = 64;

/** Reads the scans one after the other. */
export async function describeScans(
  paths: readonly string[],
  { grid, seed }: { readonly grid: number; readonly seed: number },
): Promise<Pick<SrTraining, 'spacingMm' | 'quantiles' | 'scans'>> {
  const chosen = createRandom(seed).fork('described scans').shuffle(paths).slice(0, mostScans);
  const spacings: number[] = [];
  const found: number[][] = [];
  for (const path of chosen) {
    const { data, affine } = await readDatasetVolume(path, grid);
    spacings.push(...spacingOf(affine));
    const brain = Uint8Array.from(data, (value) => (value === -1 ? 0 : 1));
    found.push(percentilesOf(data, brain, Object.values(ranks)));
  }
  const overScans = (index: number): SrTraining['quantiles'][Rank] => {
    const values = found.map((scan) => scan[index] ?? 0);
    return { low: Math.min(...values), median: quantile(values, 0.5), high: Math.max(...values) };
  };
  return {
    spacingMm: [Math.min(...spacings), Math.max(...spacings)],
    quantiles: { p5: overScans(0), p25: overScans(1), p50: overScans(2), p75: overScans(3), p95: overScans(4) },
    scans: paths.length,
  };
}
