/** What an import does to its scans before the grid: each by itself, then all of them as a set. */
import { isAbsolute, join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { AlignmentRequest } from '#contract/preprocess.ts';
import type { Alignment } from '#contract/records.ts';
import { alignScan, createReference, placeScan, type Reference } from '#imaging/align/alignScan.ts';
import { BadScan } from '#imaging/badScan.ts';
import { candidateSource } from '#imaging/candidateSource.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { matchMasks } from '#imaging/preprocess/maskFiles.ts';
import { fitCommonScale, type CommonScale } from '#imaging/preprocess/normalise.ts';
import type { Candidate } from '#imaging/scanFolder.ts';
import type { ScanSource } from '#imaging/scanSource.ts';
import { scanFiles } from './importSources.ts';

export interface Preprocess {
  /** The scan of one of the import's candidates; registered only where its alignment is not known. Throws BadScan. */
  prepare(candidate: Candidate, known: Alignment | null): Promise<PreparedScan>;
  /** Files that go into a scan beside its own: its mask, the reference and the reference's mask. Absolute paths. */
  filesOf(candidate: Candidate): readonly string[];
  /** Whether all scans have to be measured before one can be stored. */
  readonly needsSet: boolean;
  /** Given the first pass's scans without their voxels: the scale of all, null where each has its own. */
  scaleOf(measured: readonly Pick<PreparedScan, 'measure'>[]): CommonScale | null;
}

/** What of an import's request it goes by. */
export type PreprocessInput = Pick<
  ImportRequest,
  'folder' | 'frame' | 'acceptIncomplete' | 'scans' | 'preprocess' | 'seed'
>;

type Prepare = Preprocess['prepare'];

/** How a candidate of the import is read. */
export function sourceOf(
  { folder, frame = null, acceptIncomplete = false, scans }: PreprocessInput,
  candidate: Candidate,
): ScanSource {
  return candidateSource(folder, candidate, { frame, acceptIncomplete, isNamed: scans !== undefined });
}

interface AlignedImport {
  readonly align: AlignmentRequest;
  readonly seed: number;
  /** Reads what scans are laid on. */
  readonly readReference: () => Promise<PreparedScan>;
}

/** Every scan laid on the reference, which is read when the first one is. */
function aligned(
  prepare: (candidate: Candidate) => Promise<PreparedScan>,
  { align, seed, readReference }: AlignedImport,
): Prepare {
  let opened: Promise<Reference> | undefined;
  return async (candidate, known) => {
    opened ??= readReference().then(createReference, (thrown: unknown) => {
      if (!(thrown instanceof BadScan)) throw thrown;
      const message = `The reference of the alignment cannot be used. ${thrown.message}`;
      throw new AppError('bad-input', message, { cause: thrown });
    });
    const reference = await opened;
    const scan = await prepare(candidate);
    const alignment = known ?? (await alignScan(scan, reference, { ...align, seed }));
    return placeScan(scan, alignment, reference);
  };
}

/** Throws AppError 'not-found' where there is no folder of masks, or no reference. */
export async function openPreprocess(request: PreprocessInput, candidates: readonly Candidate[]): Promise<Preprocess> {
  const { folder, preprocess, seed } = request;
  if (preprocess === undefined)
    return {
      prepare: (candidate) => prepareScan(sourceOf(request, candidate)),
      filesOf: () => [],
      needsSet: false,
      scaleOf: () => null,
    };
  const { brainMask, normalise, align } = preprocess;
  const masks =
    brainMask?.from.method === 'files'
      ? await matchMasks(brainMask.from.folder, candidates)
      : new Map<string, string>();
  const prepare = (candidate: Candidate): Promise<PreparedScan> =>
    prepareScan(sourceOf(request, candidate), { preprocess, maskFile: masks.get(candidate.path) ?? null });

  const maskOf = ({ path }: Candidate): readonly string[] => {
    const file = masks.get(path);
    return file === undefined ? [] : [file];
  };
  const openReference = ({
    reference,
  }: AlignmentRequest): Pick<AlignedImport, 'readReference'> & { readonly files: readonly string[] } => {
    const ofSet = candidates.find(({ path }) => path === reference || join(folder, path) === reference);
    if (ofSet !== undefined) {
      const files = [...scanFiles(folder, ofSet), ...maskOf(ofSet)];
      return { files, readReference: () => prepare(ofSet) };
    }
    if (isAbsolute(reference))
      return { files: [reference], readReference: () => prepareScan(reference, { preprocess, maskFile: null }) };
    throw new AppError(
      'not-found',
      `The folder holds no scan ${reference} to align to. Name one as \`doppel dataset scan\` lists it, or a file.`,
    );
  };

  const reference = align === null ? null : openReference(align);
  return {
    prepare:
      align === null || reference === null
        ? prepare
        : aligned(prepare, { align, seed, readReference: reference.readReference }),
    filesOf: (candidate) => [...maskOf(candidate), ...(reference?.files ?? [])],
    needsSet: normalise !== 'percentile',
    scaleOf: (measured) => {
      const measures = measured.flatMap(({ measure }) => (measure === null ? [] : [measure]));
      return normalise === 'percentile' || measures.length === 0 ? null : fitCommonScale(measures, normalise);
    },
  };
}
