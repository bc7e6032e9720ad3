/** Where the scans of an evidence report come from: folders, and the dataset of a project. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ScanRole } from '#contract/evidence/figure.ts';
import type { EvidenceReport } from '#contract/evidence/report.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { candidateSource } from '#imaging/candidateSource.ts';
import { inspectScan } from '#imaging/inspect.ts';
import { scanFolder, type Candidate } from '#imaging/scanFolder.ts';
import { fileSource, type ScanSource } from '#imaging/scanSource.ts';
import type { AffineMatrix } from '#contract/records.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { headerWatch, type WorkerContext } from '../context.ts';

/** One scan that is asked for. */
export interface EvidenceSource {
  readonly role: ScanRole;
  /** Of a folder the path in it, of a dataset the name of the scan. */
  readonly name: string;
  readonly candidate: Candidate | null; // null: of a dataset, whose names may be told
  readonly source: ScanSource;
  /** Label map on the same voxels, absolute. */
  readonly labelPath: string | null;
  /** The cube of voxels that its header says it is; null: another form, or its header does not say. */
  readonly lattice: Lattice | null;
  /** Its header is that of a scan; a file of which that is not so has no say in the grid. */
  readonly isReadable: boolean;
}

export interface Lattice {
  readonly side: number;
  readonly spacingMm: number;
}

/** A file that is no scan by its name, or cannot be read. */
export interface Rejection {
  readonly role: ScanRole;
  readonly file: string;
  readonly code: string;
  readonly reason: string;
}

export interface EvidenceSources {
  readonly scans: readonly EvidenceSource[];
  readonly rejections: readonly Rejection[];
  readonly sets: Readonly<
    Record<'real' | 'synthetic', Omit<EvidenceReport['sets']['real'], 'n'>> & {
      training: Omit<EvidenceReport['sets']['real'], 'n'> | null;
    }
  >;
  readonly warnings: readonly string[];
}

/** Sides of voxels that differ by less, as a share, are equal: a header keeps seven digits. */
const sameSpacing = 1e-4;
/** So far, as a share of its voxel, may an axis of a grid point aside. */
const sameAxis = 1e-4;

export const isSameLattice = (a: Lattice, b: Lattice): boolean =>
  a.side === b.side && Math.abs(a.spacingMm - b.spacingMm) <= sameSpacing * a.spacingMm;

/** Of a cube of isotropic voxels whose axes are those of the body, in whatever order. */
function latticeOf({ size, affine }: { size: readonly number[]; affine: AffineMatrix }): Lattice | null {
  const [spacingMm, ...others] = spacingOf(affine);
  const isCube = size.every((side) => side === size[0]) && others.every((other) => Math.abs(other - spacingMm) <= sameSpacing * spacingMm); // prettier-ignore
  const isUpright = affine
    .slice(0, 3)
    .every((row) => row.slice(0, 3).filter((step) => Math.abs(step) > sameAxis * spacingMm).length === 1);
  return isCube && isUpright ? { side: size[0] ?? 0, spacingMm } : null;
}

async function latticeOfFile(path: string): Promise<Pick<EvidenceSource, 'lattice' | 'isReadable'>> {
  try {
    return { lattice: latticeOf(await inspectScan(path)), isReadable: true };
  } catch {
    return { lattice: null, isReadable: false }; // reading the scan tells why
  }
}

/** Every scan of a folder that an import would take; several volumes in a file are told as one that cannot be used. */
async function folderScans(
  root: string,
  role: ScanRole,
  context: WorkerContext,
): Promise<Pick<EvidenceSources, 'scans' | 'rejections'>> {
  const { candidates, outcomes } = await scanFolder(root, { watch: headerWatch(context) });
  const wishes = { frame: null, acceptIncomplete: false, isNamed: false };
  const scans: EvidenceSource[] = [];
  for (const candidate of candidates) {
    scans.push({
      role,
      name: candidate.path,
      candidate,
      source: candidateSource(root, candidate, wishes),
      labelPath: null,
      ...(candidate.series === undefined
        ? await latticeOfFile(join(root, candidate.path))
        : { lattice: null, isReadable: true }),
    });
  }
  const rejections = outcomes.filter(({ status }) => status === 'rejected');
  return { scans, rejections: rejections.map(({ path, code, reason }) => ({ role, file: path, code, reason })) };
}

type Dataset = NonNullable<TaskOf<'evidence'>['dataset']>;

function datasetScans(
  { grid, spacingMm, volumes }: Dataset,
  split: 'train' | 'heldout',
  role: ScanRole,
): readonly EvidenceSource[] {
  // prettier-ignore
  return volumes
    .filter((volume) => volume.split === split)
    .map(({ subject, session, path, labelPath }) => ({
      role,
      name: session === null ? subject : `${subject}_${session}`,
      candidate: null,
      source: fileSource(path),
      labelPath,
      lattice: { side: grid, spacingMm },
      isReadable: true,
    }));
}

/** Real scans of a dataset: the held-out ones, or for want of them those that were trained on, which is said. */
function datasetSources(
  dataset: Dataset,
  hasTrainingFolder: boolean,
): Pick<EvidenceSources, 'scans' | 'warnings'> & { sets: Pick<EvidenceSources['sets'], 'real' | 'training'> } {
  // prettier-ignore
  const heldOut = datasetScans(dataset, 'heldout', 'real held-out');
  if (heldOut.length === 0) {
    return {
      scans: datasetScans(dataset, 'train', 'real training'),
      warnings: [
        `The dataset "${dataset.name}" holds out no scans: synthetic scans are compared with its training scans, so that a generator that copies them looks perfect, and whether it copies cannot be judged. Import again with --holdout.`,
      ],
      sets: {
        real: { split: 'train', words: `training scans of the dataset "${dataset.name}"` },
        training: null,
      },
    };
  }
  const training = hasTrainingFolder ? [] : datasetScans(dataset, 'train', 'real training');
  return {
    scans: [...heldOut, ...training],
    warnings: [],
    sets: {
      real: { split: 'heldout', words: `held-out scans of the dataset "${dataset.name}", which nobody trained on` },
      training: { split: 'train', words: `training scans of the dataset "${dataset.name}"` },
    },
  };
}

/** Nothing is read yet but names and headers. Throws AppError 'not-found', 'cancelled'. */
export async function findSources(
  { request, dataset }: TaskOf<'evidence'>,
  context: WorkerContext,
): Promise<EvidenceSources> {
  const synthetic = await folderScans(request.synthetic, 'synthetic', context);
  const given = request.training === null ? null : await folderScans(request.training, 'real training', context);
  const trainingFolder = { split: 'folder' as const, words: 'scans of a folder that was named as the training scans' };
  const syntheticSet = { split: 'folder' as const, words: 'synthetic scans of a folder' };
  if (dataset !== null) {
    const { scans, warnings, sets } = datasetSources(dataset, given !== null);
    return {
      scans: [...scans, ...synthetic.scans, ...(given?.scans ?? [])],
      rejections: [...synthetic.rejections, ...(given?.rejections ?? [])],
      sets: { ...sets, synthetic: syntheticSet, training: given === null ? sets.training : trainingFolder },
      warnings,
    };
  }
  if (!('folder' in request.real)) throw new AppError('internal', 'The dataset of the evidence was not handed on.');
  const real = await folderScans(request.real.folder, 'real held-out', context);
  return {
    scans: [...real.scans, ...synthetic.scans, ...(given?.scans ?? [])],
    rejections: [...real.rejections, ...synthetic.rejections, ...(given?.rejections ?? [])],
    sets: {
      real: { split: 'folder', words: 'scans of a folder that was named as the real ones' },
      synthetic: syntheticSet,
      training: given === null ? null : trainingFolder,
    },
    warnings: [],
  };
}
