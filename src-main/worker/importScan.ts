/**
 * What an import does to one scan: measure it, store it on the grid, or both. Several processes may do it side by side,
 * each with its own `ScanWork`; nothing here knows of any other scan but the reference of an alignment.
 */
import { join } from 'node:path';
import type { ImportRequest } from '#contract/importing.ts';
import type { Alignment, ScanQuality, VolumeRecord } from '#contract/records.ts';
import { moveVolume } from '#imaging/align/moveVolume.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { BadScan, type ScanWarning } from '#imaging/badScan.ts';
import { labelStorage, openLabelMaps, type LabelMaps } from '#imaging/labelMaps.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import type { BrainMeasures, PreparedScan } from '#imaging/prepareScan.ts';
import type { CommonScale, IntensityMeasure } from '#imaging/preprocess/normalise.ts';
import { normaliseScan } from '#imaging/preprocess/normaliseScan.ts';
import { measureQuality } from '#imaging/quality/measureQuality.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { reduceVolume } from '#imaging/reduceVolume.ts';
import { resampleLabels, resampleToGrid } from '#imaging/resampleToGrid.ts';
import { createScanCache } from '#imaging/scanCache.ts';
import type { Candidate } from '#imaging/scanFolder.ts';
import { drawThumbnail } from '#imaging/thumbnail.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { createPairs, type Pairs, type StoredLow } from './importPairs.ts';
import { openPreprocess } from './importPreprocess.ts';

/** Relative to the project. */
export const volumesFolder = 'volumes';

/** What a process needs to know once. */
export interface ScanWorkSetup {
  readonly request: ImportRequest;
  readonly projectDir: string;
  readonly candidates: readonly Candidate[];
  /** Of an import of real pairs: the low-resolution scan of each candidate, by its path. */
  readonly lowOf: ReadonlyMap<string, Candidate> | null;
  /** Of prepared scans kept between measuring and storing. */
  readonly cacheBytes: number;
}

/** What storing needs to know of the whole set. */
export interface StoreOrder {
  readonly id: string;
  readonly spacingMm: number;
  /** Null: intensities by the scan's own percentiles. */
  readonly scale: CommonScale | null;
  readonly notes: readonly ScanWarning[];
}

export interface ScanJob {
  /** Of the candidate. */
  readonly index: number;
  /** Where it was found to lie on the reference when it was measured: it is not registered again. */
  readonly alignment: Alignment | null;
  /** Null: it is measured alone, and kept for later where there is room. */
  readonly store: StoreOrder | null;
}

/** What the set is told by, and copies of a scan. */
export interface MeasuredScan {
  readonly voxelHash: string;
  /** The affine alone; no voxels. */
  readonly volume: Pick<Volume, 'affine'>;
  readonly measures: BrainMeasures;
  readonly measure: IntensityMeasure | null;
  readonly alignment: Alignment | null;
}

/** A record without what only the candidate and the whole set know. */
export interface StoredScan {
  readonly volume: Omit<
    VolumeRecord,
    'subject' | 'session' | 'split' | 'sourceFile' | 'attributes' | 'quality' | 'low'
  > & {
    readonly quality: Omit<ScanQuality, 'distance'>;
    readonly low: StoredLow | null;
  };
  readonly warnings: readonly { readonly code: string; readonly reason: string }[];
}

export interface ScanAnswer {
  /** Null: it could not be read. */
  readonly measured: MeasuredScan | null;
  /** With few voxels, by which scans are compared. Null: not asked for, or impossible. */
  readonly stored: (StoredScan & { readonly outline: Float32Array }) | null;
  /** Why something is null that was asked for. */
  readonly rejection: { readonly code: string; readonly reason: string } | null;
}

export interface ScanWork {
  /** Throws what is no fault of the scan: AppError, and the system's errors where the project cannot be written. */
  run(job: ScanJob): Promise<ScanAnswer>;
}

interface Work extends ScanWorkSetup {
  readonly labels: LabelMaps | null;
  readonly pairs: Pairs | null;
}

/** Of the volumes by which scans are compared with each other. */
const outlineSide = 16;

/** 16 voxels a side or somewhat more, each the mean of what it covers. */
export function outlineOf(volume: Volume): Float32Array {
  const side = volume.size[0];
  let factor = Math.max(1, Math.floor(side / outlineSide));
  while (side % factor !== 0) factor--;
  return reduceVolume(volume, factor).data;
}

/** Writes the label map of a scan on the scan's grid; without one, or with a bad one, says so. */
async function storeLabels(
  { labels, projectDir }: Work,
  candidate: Candidate,
  {
    id,
    grid,
    affine,
    alignment,
  }: { id: string; alignment: Alignment | null } & Pick<VolumeRecord, 'affine'> & Pick<ImportRequest, 'grid'>,
): Promise<{ labelPath: string | null; warnings: ScanWarning[] }> {
  if (labels === null) return { labelPath: null, warnings: [] };
  const found = labels.find(candidate);
  if (found === null) {
    return {
      labelPath: null,
      warnings: [{ code: 'no-label', reason: 'There is no label map for this scan in the derivative.' }],
    };
  }
  try {
    const { volume: read } = await readVolume(found);
    const volume = moveVolume(read, alignment);
    const onGrid = resampleLabels(volume, grid, affine);
    if (!onGrid.data.some((label) => label !== 0) && volume.data.some((label) => label !== 0)) {
      const reason =
        'Its label map was left out: no label lies within the brain’s grid. Scan and label map must share one space in mm.';
      return { labelPath: null, warnings: [{ code: 'bad-label', reason }] };
    }
    const storage = labelStorage(onGrid);
    const labelPath = `${volumesFolder}/${id}.labels.nii`;
    await writeNifti(join(projectDir, labelPath), onGrid, { storage, description: 'Doppel label map' });
    return { labelPath, warnings: [] };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    return {
      labelPath: null,
      warnings: [{ code: 'bad-label', reason: `Its label map was left out: ${thrown.message}` }],
    };
  }
}

/** Resamples a prepared scan and writes it. */
async function storeScan(
  work: Work,
  candidate: Candidate,
  scan: PreparedScan,
  order: StoreOrder,
): Promise<ScanAnswer['stored']> {
  const { id, spacingMm, notes } = order;
  const {
    projectDir,
    pairs,
    request: { grid },
  } = work;
  const { volume, transform, warnings } = resampleToGrid(scan, { grid, spacingMm });
  const low = pairs === null ? null : await pairs.read(candidate, volume, scan.alignment);
  const path = `${volumesFolder}/${id}.nii`;
  const { sha256 } = await writeNifti(join(projectDir, path), volume, {
    storage: { kind: 'float32' },
    description: 'Doppel grid volume',
  });
  const thumbnailPath = `${volumesFolder}/${id}.png`;
  await writeFileAtomic(join(projectDir, thumbnailPath), drawThumbnail(volume, { low: -1, high: 1 }));
  const labels = await storeLabels(work, candidate, { id, grid, affine: volume.affine, alignment: scan.alignment });
  const storedLow = low === null ? null : await low.write(projectDir, `${volumesFolder}/${id}.low.nii`);
  const all = [...scan.warnings, ...warnings, ...notes, ...labels.warnings, ...(low?.warnings ?? [])];
  return {
    volume: {
      id,
      path,
      sha256,
      labelPath: labels.labelPath,
      thumbnailPath,
      low: storedLow,
      removed: false,
      sourceSha256: scan.sourceSha256,
      affine: volume.affine,
      transform,
      quality: measureQuality(scan, volume),
      accepted: false,
      warnings: all.map(({ reason }) => reason),
    },
    warnings: all,
    outline: outlineOf(volume),
  };
}

const measuredOf = ({ voxelHash, volume, measures, measure, alignment }: PreparedScan): MeasuredScan => ({
  voxelHash,
  volume: { affine: volume.affine },
  measures,
  measure,
  alignment,
});

/** Throws AppError 'not-found' where there is no folder of masks or labels, or no reference. */
export async function openScanWork(setup: ScanWorkSetup): Promise<ScanWork> {
  const { request, candidates, lowOf, cacheBytes } = setup;
  const labels = request.derivative === null ? null : await openLabelMaps(request.folder, request.derivative);
  const pairs = request.pairs === undefined || lowOf === null ? null : createPairs(request.pairs, lowOf);
  const preprocess = await openPreprocess(request, candidates);
  const cache = createScanCache(cacheBytes);
  const work: Work = { ...setup, labels, pairs };

  return {
    run: async ({ index, alignment, store }) => {
      const candidate = candidates[index];
      if (candidate === undefined) throw new RangeError(`There is no candidate ${String(index)}.`);
      let measured: MeasuredScan | null = null;
      try {
        const scan = cache.take(candidate) ?? (await preprocess.prepare(candidate, alignment));
        measured = measuredOf(scan);
        if (store === null) {
          cache.keep(candidate, scan);
          return { measured, stored: null, rejection: null };
        }
        const scaled = store.scale === null ? scan : normaliseScan(scan, store.scale);
        return { measured, stored: await storeScan(work, candidate, scaled, store), rejection: null };
      } catch (thrown) {
        if (!(thrown instanceof BadScan)) throw thrown;
        return { measured, stored: null, rejection: { code: thrown.scanCode, reason: thrown.message } };
      }
    },
  };
}
