/** What a super-resolution has made, put together from its measures and from the rows that know its files. */
import { isAbsolute, resolve } from 'node:path';
import type { SuperResolveResult } from '#contract/commands.ts';
import { isNotKept } from '#contract/privacy.ts';
import type { ArtifactRecord, FileOutcome } from '#contract/records.ts';
import type { SuperResolvedMeasures } from '#contract/superResolution.ts';

export interface ResultRows {
  readonly outcomes: readonly FileOutcome[];
  readonly artifacts: readonly Pick<ArtifactRecord, 'id' | 'kind' | 'path'>[];
}

/**
 * Scans, their results and maps come in one order: the n-th outcome that is no rejection, and the n-th artifact of each
 * kind, are those of the n-th scan. One that is measured but not told of yet is left out. `dir`: of the project.
 */
export function assembleResults(
  dir: string,
  volumes: readonly SuperResolvedMeasures[],
  { outcomes, artifacts }: ResultRows,
): SuperResolveResult['volumes'] {
  const placeOf = (path: string): string => (isAbsolute(path) || isNotKept(path) ? path : resolve(dir, path));
  const used = outcomes.filter(({ status }) => status !== 'rejected');
  const of = (kind: ArtifactRecord['kind']) => artifacts.filter((artifact) => artifact.kind === kind);
  const [results, interpolated, differences, consistencies, uncertainties] = [
    of('super-resolved-volume'), of('interpolated'), of('difference'), of('consistency'), of('uncertainty'),
  ]; // prettier-ignore
  return volumes.flatMap((volume, at) => {
    const [scan, result, enlarged, difference, consistency] = [used[at], results[at], interpolated[at], differences[at], consistencies[at]]; // prettier-ignore
    if (!scan || !result || !enlarged || !difference || !consistency) return [];
    const uncertainty = uncertainties[at];
    const source = scan.path.includes('/') ? placeOf(scan.path) : scan.path;
    return [
      {
        ...volume,
        source,
        path: placeOf(result.path),
        warning: scan.status === 'warning' ? scan.reason : null,
        maps: {
          interpolated: placeOf(enlarged.path),
          difference: placeOf(difference.path),
          consistency: placeOf(consistency.path),
          uncertainty: uncertainty === undefined ? null : placeOf(uncertainty.path),
        },
        ids: {
          result: result.id,
          interpolated: enlarged.id,
          difference: difference.id,
          consistency: consistency.id,
          uncertainty: uncertainty?.id ?? null,
        },
      },
    ];
  });
}
