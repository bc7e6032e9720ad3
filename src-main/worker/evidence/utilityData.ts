/** What the use of synthetic scans is measured on: real scans with labels, and synthetic ones on the same grid. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { UtilityReport } from '#contract/evidence/utility.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256Of } from '#imaging/atomicWrite.ts';
import { brainVoxels, type CubicGrid } from '#imaging/anatomy/brainVoxels.ts';
import { measureAnatomy } from '#imaging/anatomy/measureAnatomy.ts';
import { segmentTissues } from '#imaging/anatomy/segmentTissues.ts';
import { BadScan } from '#imaging/badScan.ts';
import { tissueMap } from '#imaging/freeSurferTissues.ts';
import { openLabelMaps, type LabelMaps } from '#imaging/labelMaps.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { resampleLabels, resampleToGrid } from '#imaging/resampleToGrid.ts';
import { scanFolder, type Candidate } from '#imaging/scanFolder.ts';
import { classify, fitIntensityClasses } from '#shared/statistics/intensityClasses.ts';
import { cancelledError, type WorkerContext } from '../context.ts';
import { readDatasetVolume } from '../datasetVolume.ts';

type Task = TaskOf<'utility'>;

/** Voxels in [-1, 1] of the dataset's grid, and a class of each, 0 for none. */
export interface LabelledScan {
  readonly id: string;
  readonly subject: string;
  readonly voxels: Float32Array;
  readonly labels: Uint8Array;
}

export interface SyntheticScan {
  readonly voxels: Float32Array;
  /** Null: none came with it. */
  readonly labels: Uint8Array | null;
  readonly sha256: string; // of its file
  readonly generator: Task['generators'][number] | null; // null: not known
}

export interface UtilityData {
  readonly reals: readonly LabelledScan[];
  readonly synthetic: readonly SyntheticScan[];
  readonly labels: UtilityReport['labels'];
  readonly notes: readonly string[];
}

/** From the numbers of a label map to classes from 1; null where it cannot be done. */
type Classify = (map: Float32Array) => Uint8Array | null;

/** A network tells no more of them apart with so few scans. */
const mostLabels = 60;
const tissues = ['fluid', 'grey matter', 'white matter'];
const intensityClasses = ['dark', 'medium', 'bright'];
const sidecarFields = z.looseObject({ ModelHash: z.string() });

/** Passes on where nobody has asked to stop. */
async function breathe(context: WorkerContext, done: number, total: number, note: string): Promise<void> {
  await setImmediate(); // lets a cancel in
  if (context.isCancelled()) throw cancelledError();
  context.send({ type: 'progress', progress: { done, total, unit: 'volumes', secondsLeft: null, note } });
}

interface ReadReal {
  readonly volume: Task['volumes'][number];
  readonly voxels: Float32Array;
  readonly map: Float32Array | null;
}

async function readReals({ volumes, dataset }: Task, context: WorkerContext): Promise<readonly ReadReal[]> {
  const read: ReadReal[] = [];
  for (const [done, volume] of volumes.entries()) {
    await breathe(context, done, volumes.length, 'Reading real scans');
    const { data } = await readDatasetVolume(volume.path, dataset.grid);
    const map = volume.labelPath === null ? null : (await readDatasetVolume(volume.labelPath, dataset.grid)).data;
    read.push({ volume, voxels: Float32Array.from(data), map: map === null ? null : Float32Array.from(map) });
  }
  return read;
}

const background = -1;

/** The likeliest tissue of each voxel of a T1-weighted scan, by itself; null for another contrast. */
function byAnatomy(voxels: Float32Array, grid: CubicGrid): Uint8Array | null {
  if (measureAnatomy(voxels, grid).contrast === 'other') return null;
  const brain = brainVoxels(voxels, grid);
  const { fluid, grey, white } = segmentTissues(voxels, brain);
  const labels = new Uint8Array(voxels.length);
  brain.places.forEach((place, at) => {
    const shares = [fluid[at] ?? 0, grey[at] ?? 0, white[at] ?? 0];
    labels[place] = 1 + shares.indexOf(Math.max(...shares));
  });
  return labels;
}

/** Three classes by intensity, each scan by itself. */
function byIntensity(voxels: Float32Array): Uint8Array {
  const mask = Uint8Array.from(voxels, (value) => (value > background ? 1 : 0));
  return classify(voxels, mask, fitIntensityClasses(voxels, mask, { low: -1, high: 1 }));
}

interface Labelled extends Pick<UtilityData, 'reals' | 'labels' | 'notes'> {
  readonly classify: Classify;
}

const labelled = (read: readonly ReadReal[], labelsOf: (scan: ReadReal) => Uint8Array | null): LabelledScan[] =>
  read.flatMap((scan) => {
    const labels = labelsOf(scan);
    return labels === null ? [] : [{ id: scan.volume.id, subject: scan.volume.subject, voxels: scan.voxels, labels }];
  });

/**
 * By the label maps where all scans have one whose numbers are known, else by the classical segmentation of the anatomy
 * section where all scans are T1-weighted, else by classes of intensity: in all scans the same way.
 */
function withTissues(read: readonly ReadReal[], { grid, spacingMm }: Task['dataset']): Labelled {
  const mapped = labelled(read, ({ map }) => (map === null ? null : tissueMap(map)));
  const named = { asked: 'tissue' as const, classes: tissues };
  if (mapped.length === read.length)
    return { reals: mapped, labels: { ...named, source: 'label-maps' }, notes: [], classify: tissueMap };
  const why = `since ${String(read.length - mapped.length)} of ${String(read.length)} scans have no label map with FreeSurfer's numbers. What is measured is how well a network repeats that, not anatomy.`;
  const found = labelled(read, ({ voxels }) => byAnatomy(voxels, { side: grid, spacingMm }));
  if (found.length === read.length) {
    const notes = [`The true tissues were segmented in each real scan from its intensities, ${why}`];
    return { reals: found, labels: { ...named, source: 'intensities' }, notes, classify: tissueMap };
  }
  return {
    reals: labelled(read, ({ voxels }) => byIntensity(voxels)),
    labels: { asked: 'tissue', source: 'intensities', classes: intensityClasses },
    notes: [`The true tissues are three classes of intensity, found in each real scan by itself, ${why}`],
    classify: tissueMap,
  };
}

function withOwnLabels(read: readonly ReadReal[]): Labelled {
  const values = new Set(read.flatMap(({ map }) => [...new Set(map ?? [])]));
  values.delete(0);
  const known = [...values].sort((a, b) => a - b);
  if (known.length === 0)
    throw new AppError('usage', 'The dataset has no label maps. Import it again with --derivative NAME, or use --labels tissue.'); // prettier-ignore
  if (known.length > mostLabels)
    throw new AppError('usage', `The label maps hold ${String(known.length)} labels, more than ${String(mostLabels)}. Use --labels tissue, or label maps with fewer.`); // prettier-ignore
  const classOf = new Map([0, ...known].map((value, at) => [value, at]));
  const toClasses: Classify = (map) => Uint8Array.from(map, (value) => classOf.get(value) ?? 0);
  const missing = read.filter(({ map }) => map === null).length;
  return {
    reals: labelled(read, ({ map }) => (map === null ? null : toClasses(map))),
    labels: { asked: 'labels', source: 'label-maps', classes: known.map(String) },
    notes: missing === 0 ? [] : [`${String(missing)} of ${String(read.length)} real scans have no label map and were left out.`], // prettier-ignore
    classify: toClasses,
  };
}

/** What made a synthetic scan, by the sidecar beside it; null where none says so. */
async function generatorOf(path: string, { generators }: Task): Promise<SyntheticScan['generator']> {
  try {
    const sidecar = JSON.parse(await readFile(path.replace(/\.nii(\.gz)?$/, '.json'), 'utf8')) as unknown;
    const { ModelHash } = sidecarFields.parse(sidecar);
    return generators.find(({ sha256 }) => sha256 === ModelHash) ?? null;
  } catch {
    return null;
  }
}

interface ReadSynthetic {
  readonly task: Task;
  readonly maps: LabelMaps | null;
  readonly classify: Classify;
}

/** As an import would, onto the grid; label maps by the nearest voxel. Throws BadScan. */
async function readSynthetic(
  candidate: Candidate,
  { task, maps, classify: toClasses }: ReadSynthetic,
): Promise<SyntheticScan> {
  const path = join(task.request.synthetic, candidate.path);
  const { grid, spacingMm } = task.dataset;
  const prepared = await prepareScan(path);
  const { volume } = resampleToGrid(prepared, { grid, spacingMm });
  const labelPath = maps?.find(candidate) ?? null;
  const map = labelPath === null ? null : resampleLabels((await readVolume(labelPath)).volume, grid, volume.affine);
  return {
    voxels: volume.data,
    labels: map === null ? null : toClasses(map.data),
    sha256: prepared.sourceSha256,
    generator: await generatorOf(path, task),
  };
}

async function readAllSynthetic(
  task: Task,
  toClasses: Classify,
  context: WorkerContext,
): Promise<Pick<UtilityData, 'synthetic' | 'notes'>> {
  const { synthetic: folder, syntheticLabels } = task.request;
  const { candidates } = await scanFolder(folder);
  const files = candidates.filter(({ series }) => series === undefined).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const maps = syntheticLabels === null ? null : await openLabelMaps(folder, syntheticLabels);
  const synthetic: SyntheticScan[] = [];
  const faults: string[] = [];
  for (const [done, candidate] of files.entries()) {
    await breathe(context, done, files.length, 'Reading synthetic scans');
    try {
      synthetic.push(await readSynthetic(candidate, { task, maps, classify: toClasses }));
    } catch (thrown) {
      if (!(thrown instanceof BadScan)) throw thrown;
      faults.push(thrown.scanCode);
    }
  }
  if (synthetic.length === 0)
    throw new AppError('no-usable-scans', `There is no synthetic scan in ${folder} that can be used${faults.length === 0 ? '' : ` (${[...new Set(faults)].join(', ')})`}. Name the folder of a synthesis.`); // prettier-ignore
  const left = faults.length === 0 ? [] : [`${String(faults.length)} synthetic scans cannot be used and were left out (${[...new Set(faults)].join(', ')}).`]; // prettier-ignore
  const bare = synthetic.filter(({ labels }) => labels === null).length;
  const some = maps !== null && bare > 0 ? [`${String(bare)} of ${String(synthetic.length)} synthetic scans have no usable label map.`] : []; // prettier-ignore
  return { synthetic, notes: [...left, ...some] };
}

/** Over the hashes of the files, whatever their order. */
export const hashOfScans = (scans: readonly SyntheticScan[]): string =>
  sha256Of(scans.map(({ sha256 }) => sha256).sort().join(' ')); // prettier-ignore

/** Throws AppError: 'usage' (no labels, or too many), 'no-usable-scans', 'not-found', 'bad-input', 'cancelled'. */
export async function readUtilityData(task: Task, context: WorkerContext): Promise<UtilityData> {
  const read = await readReals(task, context);
  const found = task.request.labels === 'tissue' ? withTissues(read, task.dataset) : withOwnLabels(read);
  const { synthetic, notes } = await readAllSynthetic(task, found.classify, context);
  return { reals: found.reals, synthetic, labels: found.labels, notes: [...found.notes, ...notes] };
}
