/**
 * Brings the scans of an evidence report to one grid. Where all of them lie on one Doppel grid already they are taken as
 * stored; else every scan, real or synthetic, goes the way of an import (mask, percentiles, resampling), so that nothing
 * but what they show tells the sets apart. A file that cannot be used is named and left out.
 */
import type { EvidenceReport, EvidenceScanRecord, ExcludedScan } from '#contract/evidence/report.ts';
import type { ScanRole } from '#contract/evidence/figure.ts';
import type { FileOutcome } from '#contract/records.ts';
import { AppError } from '#contract/errors.ts';
import { BadScan } from '#imaging/badScan.ts';
import { chooseSpacing } from '#imaging/chooseSpacing.ts';
import { storedNames } from '#imaging/deidentify/pseudonyms.ts';
import { replaceNonFinite } from '#imaging/nonFinite.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { brainOnFrame, resampleToGrid } from '#imaging/resampleToGrid.ts';
import type { EvidenceScans } from '#shared/evidence/scans.ts';
import { endingOf, isPlainPath, withoutQuotes } from '#shared/privacy/plainNames.ts';
import { applyAffine, gridAffine, type Vector3 } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { NativeGeometry } from '#contract/records.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { isSameLattice, type EvidenceSource, type EvidenceSources, type Lattice, type Rejection } from './sources.ts';

export interface ReadScans {
  readonly scans: EvidenceScans;
  readonly preparation: EvidenceReport['preparation'];
  /** In the order of the files; of one role, in the order of its scans. */
  readonly records: readonly EvidenceScanRecord[];
  readonly excluded: readonly ExcludedScan[];
  /** As the user's files are called, in the order they were handled: told, not written. */
  readonly outcomes: readonly FileOutcome[];
  readonly warnings: readonly string[];
}

interface ReadOptions {
  /** Voxels a side; null: those of the scans where they agree, else the dataset's, else the usual ones. */
  readonly grid: number | null;
  /** Of the dataset; null: there is none. */
  readonly dataset: Lattice | null;
  readonly seed: number;
  /** Awaited before each scan. */
  readonly progress: (done: number, total: number, note: string) => Promise<void>;
}

/** Enough to see ventricles and gyri, and small enough for some hundred scans on two cores. */
const usualGrid = 64;
/** A distance of sets needs two of each. */
const leastScans = 2;

const folderOf: Readonly<Record<ScanRole, string>> = {
  'real held-out': 'real',
  'real training': 'training',
  synthetic: 'synthetic',
};

interface ReadScan {
  readonly source: EvidenceSource;
  readonly voxels: Float32Array;
  readonly labels: Float32Array | null;
  readonly sha256: string;
  readonly warnings: readonly string[];
}

type Reader = (source: EvidenceSource) => Promise<Omit<ReadScan, 'source' | 'labels'>>;

/** What all headers say alike; null where they differ, or do not say. */
function commonLattice(sources: readonly EvidenceSource[], grid: number | null): Lattice | null {
  const scans = sources.filter(({ isReadable }) => isReadable);
  const lattice = scans[0]?.lattice ?? null;
  if (lattice === null || (grid !== null && lattice.side !== grid)) return null;
  return scans.every((scan) => scan.lattice !== null && isSameLattice(scan.lattice, lattice)) ? lattice : null;
}

/** Exactly −1 in the corners, where no brain is, and nothing outside of [-1, 1]. */
function isOnScale({ data, size: [nx, ny, nz] }: Volume): boolean {
  const corners = [0, nx - 1, nx * (ny - 1), nx * ny * (nz - 1), nx * ny * nz - 1];
  return corners.every((at) => data[at] === -1) && data.every((value) => value >= -1 && value <= 1);
}

const readStored: Reader = async ({ source }) => {
  const { volume, sourceSha256, warnings } = await source.read();
  const turned = turnToRas(volume);
  const damage = replaceNonFinite(turned);
  return { voxels: turned.data, sha256: await sourceSha256(), warnings: [...warnings, ...damage].map(({ reason }) => reason) }; // prettier-ignore
};

/** Null as soon as a scan is not one of a Doppel grid. */
async function allOnScale(scans: readonly EvidenceSource[], { progress }: ReadOptions): Promise<boolean> {
  for (const [at, { source, name }] of scans.entries()) {
    await progress(at, 2 * scans.length, `Reading ${name}`);
    try {
      const { volume } = await source.read();
      if (!isOnScale(turnToRas(volume))) return false;
    } catch (thrown) {
      if (!(thrown instanceof BadScan)) throw thrown; // it is left out either way
    }
  }
  return true;
}

/** All voxels of a file that is a cube upright in space, in RAS order. */
function wholeFrame({ affine, size }: NativeGeometry, spacingMm: number): Pick<Volume, 'size' | 'affine'> {
  const [first, last] = [applyAffine(affine, [0, 0, 0]), applyAffine(affine, [size[0] - 1, size[1] - 1, size[2] - 1])];
  const origin: Vector3 = [Math.min(first[0], last[0]), Math.min(first[1], last[1]), Math.min(first[2], last[2])];
  return { size, affine: gridAffine(spacingMm, origin) };
}

/** The way of an import; a scan whose voxels are the grid's keeps them, so that label maps fit. */
function importedOn(lattice: Lattice): Reader {
  return async ({ source, lattice: own }) => {
    const prepared = await prepareScan(source);
    const { sourceSha256: sha256, native } = prepared;
    if (own !== null && isSameLattice(own, lattice)) {
      const { volume } = brainOnFrame(prepared, wholeFrame(native, own.spacingMm));
      return { voxels: volume.data, sha256, warnings: prepared.warnings.map(({ reason }) => reason) };
    }
    const { volume, warnings } = resampleToGrid(prepared, { grid: lattice.side, spacingMm: lattice.spacingMm });
    return { voxels: volume.data, sha256, warnings: [...prepared.warnings, ...warnings].map(({ reason }) => reason) };
  };
}

/** The spacing at which all real brains fit; a synthetic one that is larger is cut off, and that is said. */
async function measuredLattice(scans: readonly EvidenceSource[], { grid, progress }: ReadOptions): Promise<Lattice> {
  const side = grid ?? usualGrid;
  const reaches: Vector3[] = [];
  const real = scans.filter(({ role }) => role !== 'synthetic');
  for (const [at, { source, name }] of real.entries()) {
    await progress(at, real.length + scans.length, `Measuring ${name}`);
    const found = await usable(() => prepareScan(source));
    if ('scan' in found) reaches.push((found.scan satisfies PreparedScan).measures.reachMm);
  }
  if (reaches.length === 0) throw new AppError('no-usable-scans', 'None of the real scans can be used.');
  return { side, spacingMm: chooseSpacing(reaches, side) };
}

async function usable<Scan>(read: () => Promise<Scan>): Promise<{ scan: Scan } | { code: string; reason: string }> {
  try {
    return { scan: await read() };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    return { code: thrown.scanCode, reason: thrown.message };
  }
}

/** How they are read, and onto which grid. */
async function planReading(
  scans: readonly EvidenceSource[],
  options: ReadOptions,
): Promise<{ lattice: Lattice; read: Reader; preparation: EvidenceReport['preparation'] }> {
  const { grid, dataset } = options;
  const common = commonLattice(scans, grid);
  if (common !== null) {
    return (await allOnScale(scans, options))
      ? { lattice: common, read: readStored, preparation: 'as-stored' }
      : { lattice: common, read: importedOn(common), preparation: 'imported' };
  }
  const side = grid ?? dataset?.side ?? usualGrid;
  const lattice =
    dataset === null
      ? await measuredLattice(scans, options)
      : { side, spacingMm: (dataset.spacingMm * dataset.side) / side };
  return { lattice, read: importedOn(lattice), preparation: 'imported' };
}

async function labelsOf({ labelPath, lattice: own }: EvidenceSource, lattice: Lattice): Promise<Float32Array | null> {
  if (labelPath === null || own === null || !isSameLattice(own, lattice)) return null;
  const { volume } = await readVolume(labelPath);
  return turnToRas(volume).data;
}

/** What scans are called in the report: see `EvidenceScanRecord`. */
function idsOf(read: readonly ReadScan[], seed: number): readonly string[] {
  const named = read.flatMap(({ source: { candidate, role }, sha256 }) =>
    candidate === null || role === 'synthetic'
      ? []
      : [{ subject: candidate.subject, session: candidate.session, sourceFile: candidate.path, sourceSha256: sha256, isSeries: candidate.series !== undefined }],
  ); // prettier-ignore
  const stored = storedNames(named, seed)[Symbol.iterator]();
  const taken = new Set<string>();
  return read.map(({ source: { candidate, role, name } }) => {
    const own = candidate === null || role === 'synthetic' ? undefined : stored.next().value;
    const called = own === undefined ? name : [own.subject, own.session].filter((part) => part !== null).join('_');
    let id = called;
    for (let number = 2; taken.has(`${role} ${id}`); number++) id = `${called}_${String(number)}`;
    taken.add(`${role} ${id}`);
    return id;
  });
}

function excludedOf(rejections: readonly Rejection[]): readonly ExcludedScan[] {
  return rejections.map(({ role, file, code, reason }, at) => {
    if (role === 'synthetic' || isPlainPath(file)) return { role, file, code, reason };
    return { role, code, file: `file-${String(at + 1).padStart(4, '0')}${endingOf(file)}`, reason: withoutQuotes(reason) };
  }); // prettier-ignore
}

function requireEnough(scans: readonly ReadScan[]): void {
  const roles = scans.map(({ source }) => source.role);
  const counted = (role: ScanRole): number => roles.filter((of) => of === role).length;
  const reals = roles.includes('real held-out') ? counted('real held-out') : counted('real training');
  for (const [words, count] of [
    ['real', reals],
    ['synthetic', counted('synthetic')],
  ] as const) {
    if (count >= leastScans) continue;
    throw new AppError(
      'no-usable-scans',
      `Evidence needs ${String(leastScans)} ${words} scans or more; ${count === 0 ? 'none' : 'one'} could be used. "doppel dataset scan" says what is wrong with the files of a folder; a dataset with more held-out scans is imported with a larger --holdout.`,
    );
  }
}

/** Throws AppError 'no-usable-scans', and what `progress` throws. */
export async function readScans(
  { scans: sources, rejections }: Pick<EvidenceSources, 'scans' | 'rejections'>,
  options: ReadOptions,
): Promise<ReadScans> {
  const { lattice, read, preparation } = await planReading(sources, options);
  const found: ReadScan[] = [];
  const left: Rejection[] = [...rejections];
  const outcomes: FileOutcome[] = [];
  for (const [at, source] of sources.entries()) {
    await options.progress(sources.length + at, 2 * sources.length, `Reading ${source.name}`);
    const answer = await usable(async () => ({ ...(await read(source)), labels: await labelsOf(source, lattice) }));
    const path = `${folderOf[source.role]}/${source.name}`;
    if ('scan' in answer) {
      found.push({ source, ...answer.scan });
      outcomes.push({ path, status: 'imported', code: 'ok', reason: '' });
    } else {
      left.push({ role: source.role, file: source.name, ...answer });
      outcomes.push({ path, status: 'rejected', ...answer });
    }
  }
  requireEnough(found);
  const ids = idsOf(found, options.seed);
  const scansOf = found.map(({ source: { role }, voxels, labels }, at) => ({
    id: ids[at] ?? '',
    role,
    voxels,
    labels,
  }));
  const hasHeldOut = scansOf.some(({ role }) => role === 'real held-out');
  return {
    scans: {
      ...lattice,
      real: scansOf.filter(({ role }) => role === (hasHeldOut ? 'real held-out' : 'real training')),
      synthetic: scansOf.filter(({ role }) => role === 'synthetic'),
      training: hasHeldOut ? scansOf.filter(({ role }) => role === 'real training') : [],
    },
    preparation,
    records: found.map(({ source: { role }, sha256, warnings }, at) => ({
      id: ids[at] ?? '', role, sha256, warnings: [...warnings],
    })), // prettier-ignore
    excluded: excludedOf(left),
    outcomes,
    warnings: overlapWarning(found),
  };
}

/** Files that are both real and training scans: they are not held out, whatever the folder is called. */
function overlapWarning(found: readonly ReadScan[]): readonly string[] {
  const trained = new Set(found.flatMap(({ source, sha256 }) => (source.role === 'real training' ? [sha256] : [])));
  const both = found.filter(({ source, sha256 }) => source.role === 'real held-out' && trained.has(sha256)).length;
  if (both === 0) return [];
  return [
    `${String(both)} of the real scans ${both === 1 ? 'is' : 'are'} among the training scans, byte for byte: what is said of them is not said of scans that nobody trained on.`,
  ];
}
