/** What an import does to its scans before the grid: each by itself, then all of them as a set. */
import type { ImportRequest } from '#contract/importing.ts';
import { candidateSource } from '#imaging/candidateSource.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { matchMasks } from '#imaging/preprocess/maskFiles.ts';
import { fitCommonScale } from '#imaging/preprocess/normalise.ts';
import { normaliseScan } from '#imaging/preprocess/normaliseScan.ts';
import type { Candidate } from '#imaging/scanFolder.ts';
import type { ScanSource } from '#imaging/scanSource.ts';

export interface Preprocess {
  /** The scan of one of the import's candidates. Throws BadScan. */
  prepare(candidate: Candidate): Promise<PreparedScan>;
  /** Whether all scans have to be measured before one can be stored. */
  readonly needsSet: boolean;
  /** Given the first pass's scans without their voxels: what the second pass does to each. */
  forSet(measured: readonly Pick<PreparedScan, 'measure'>[]): (scan: PreparedScan) => PreparedScan;
}

function sourceOf(
  { folder, frame = null, acceptIncomplete = false, scans }: ImportRequest,
  candidate: Candidate,
): ScanSource {
  return candidateSource(folder, candidate, { frame, acceptIncomplete, isNamed: scans !== undefined });
}

/** Throws AppError 'not-found' where there is no folder of masks. */
export async function openPreprocess(request: ImportRequest, candidates: readonly Candidate[]): Promise<Preprocess> {
  const { preprocess } = request;
  if (preprocess === undefined)
    return {
      prepare: (candidate) => prepareScan(sourceOf(request, candidate)),
      needsSet: false,
      forSet: () => (scan) => scan,
    };
  const { brainMask, normalise } = preprocess;
  const masks =
    brainMask?.from.method === 'files'
      ? await matchMasks(brainMask.from.folder, candidates)
      : new Map<string, string>();
  return {
    prepare: (candidate) =>
      prepareScan(sourceOf(request, candidate), { preprocess, maskFile: masks.get(candidate.path) ?? null }),
    needsSet: normalise !== 'percentile',
    forSet: (measured) => {
      const measures = measured.flatMap(({ measure }) => (measure === null ? [] : [measure]));
      if (normalise === 'percentile' || measures.length === 0) return (scan) => scan;
      const scale = fitCommonScale(measures, normalise);
      return (scan) => normaliseScan(scan, scale);
    },
  };
}
