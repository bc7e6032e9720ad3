/** Of an import of real pairs: the low-resolution scans, found by subject, and what is stored of each. */
import { join, relative, sep } from 'node:path';
import type { ImportRequest } from '#contract/importing.ts';
import type { Alignment, FileOutcome, LowScan } from '#contract/records.ts';
import { moveVolume } from '#imaging/align/moveVolume.ts';
import { BadScan, type ScanWarning } from '#imaging/badScan.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { matchPairs, type Unmatched } from '#imaging/pairNames.ts';
import { lowOnGrid } from '#imaging/pairScans.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { scanFolder, type Candidate, type FolderContent } from '#imaging/scanFolder.ts';
import { parseFactor } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';

/** A record without the name of the file, which the pair knows. */
export type StoredLow = Omit<LowScan, 'sourceFile'>;

export interface PairedLow {
  readonly warnings: readonly ScanWarning[];
  /** `path` is relative to the project. */
  write(projectDir: string, path: string): Promise<StoredLow>;
}

export interface Pairs {
  /** The low-resolution scan of the same subject, moved as the other one was, on the coarse grid of `high`. Throws BadScan. */
  read(candidate: Candidate, high: Volume, alignment: Alignment | null): Promise<PairedLow>;
}

/** Pseudonyms are given folder by folder: equal ones of two folders may be different patients. */
const dicomPair =
  'Pairs are matched by the names of subjects, which DICOM series do not show. Convert both to NIfTI under such names.';

const noPair = (path: string, { reason }: Unmatched): FileOutcome => ({
  path,
  status: 'rejected',
  code: 'no-pair',
  reason: `${reason} It was left out.`,
});

/**
 * Without pairs the content as it is; with them, the scans that have one, and by their paths the low-resolution ones.
 * Throws AppError 'not-found'.
 */
export async function findPairs(
  { folder, pairs }: ImportRequest,
  content: FolderContent,
): Promise<{ lowOf: ReadonlyMap<string, Candidate> | null; content: FolderContent }> {
  if (pairs === undefined) return { lowOf: null, content };
  const lowContent = await scanFolder(pairs.folder);
  const withoutSeries = (candidates: readonly Candidate[]): Candidate[] =>
    candidates.filter(({ series }) => series === undefined);
  const { lowOf, high, low } = matchPairs(withoutSeries(content.candidates), withoutSeries(lowContent.candidates));
  const seriesOf = ({ candidates }: FolderContent): Unmatched[] =>
    candidates.filter(({ series }) => series !== undefined).map(({ path }) => ({ path, reason: dicomPair }));
  const seenFromHigh = (path: string): string => relative(folder, join(pairs.folder, path)).split(sep).join('/');
  return {
    lowOf,
    content: {
      ...content,
      candidates: content.candidates.filter(({ path }) => lowOf.has(path)),
      outcomes: [
        ...content.outcomes,
        ...lowContent.outcomes.map((outcome) => ({ ...outcome, path: seenFromHigh(outcome.path) })),
        ...[...high, ...seriesOf(content)].map((scan) => noPair(scan.path, scan)),
        ...[...low, ...seriesOf(lowContent)].map((scan) => noPair(seenFromHigh(scan.path), scan)),
      ],
    },
  };
}

/** `lowOf`: as `findPairs` gives it. */
export function createPairs(
  { folder, factor: text }: NonNullable<ImportRequest['pairs']>,
  lowOf: ReadonlyMap<string, Candidate>,
): Pairs {
  const factor = parseFactor(text);
  return {
    read: async ({ path }, high, alignment) => {
      const low = lowOf.get(path);
      if (low === undefined) throw new BadScan('no-pair', `There is no low-resolution scan for "${path}".`);
      try {
        const scan = await prepareScan(join(folder, low.path));
        const placed = { ...scan, volume: moveVolume(scan.volume, alignment) };
        const { volume, correlation, warnings } = lowOnGrid(placed, high, factor);
        return {
          warnings: [...scan.warnings, ...warnings],
          write: async (projectDir, storedPath) => {
            const { sha256 } = await writeNifti(join(projectDir, storedPath), volume, {
              storage: { kind: 'float32' },
              description: 'Doppel low-resolution volume',
            });
            const { sourceSha256 } = scan;
            return { path: storedPath, sha256, factor: [...factor], sourceSha256, correlation };
          },
        };
      } catch (thrown) {
        if (!(thrown instanceof BadScan)) throw thrown;
        throw new BadScan(thrown.scanCode, `Its low-resolution scan "${low.path}": ${thrown.message}`, {
          cause: thrown,
        });
      }
    },
  };
}
