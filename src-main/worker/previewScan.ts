/** One scan as it is in its file and as an import would make it: two pictures of the same part of space. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { findCandidates } from '#imaging/candidateSource.ts';
import { chooseSpacing } from '#imaging/chooseSpacing.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { createSampler } from '#imaging/interpolate.ts';
import { replaceNonFinite } from '#imaging/nonFinite.ts';
import type { WindowedScan } from '#imaging/planes.ts';
import type { PreparedScan } from '#imaging/prepareScan.ts';
import { invertMap, mapIntensity } from '#imaging/preprocess/normalise.ts';
import { normaliseScan } from '#imaging/preprocess/normaliseScan.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import { applyAffine, gridAffine, invertAffine, multiplyAffines, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { WorkerContext } from './context.ts';
import { openPreprocess, sourceOf } from './importPreprocess.ts';

/** Pixels a side of each slice; about as fine as a scan of a head. */
const shownPixels = 192;
/** Of the registration; which one matters to nobody here. */
const seed = 0;

/** A part of space that pictures show. */
interface Cube {
  /** Its corner to the left, back and bottom, RAS mm. */
  readonly cornerMm: Vector3;
  readonly sideMm: number;
}

const cubeAround = (centreMm: Vector3, sideMm: number): Cube => {
  const [x, y, z] = centreMm;
  return { cornerMm: [x - sideMm / 2, y - sideMm / 2, z - sideMm / 2], sideMm };
};

/** All of a volume on a grid. */
function cubeOf({ affine, size }: Volume): Cube {
  const mm = affine[0][0];
  return { cornerMm: [affine[0][3] - mm / 2, affine[1][3] - mm / 2, affine[2][3] - mm / 2], sideMm: size[0] * mm };
}

/** The middle slices of the scan in the cube, in voxels as small as the picture's pixels, else untouched. */
function cutOut(scan: Volume, { cornerMm, sideMm }: Cube, background: number): Volume {
  const pixelMm = sideMm / shownPixels;
  const [left, back, bottom] = cornerMm;
  const affine = gridAffine(pixelMm, [left + pixelMm / 2, back + pixelMm / 2, bottom + pixelMm / 2]);
  const into = multiplyAffines(invertAffine(scan.affine), affine);
  const sampler = createSampler(scan.data, scan.size);
  const [nx, ny, nz] = scan.size;
  const data = new Float32Array(shownPixels ** 3);
  const middle = Math.floor(shownPixels / 2); // of each axis: no other slice is drawn
  let index = 0;
  for (let k = 0; k < shownPixels; k++) {
    for (let j = 0; j < shownPixels; j++) {
      for (let i = 0; i < shownPixels; i++, index++) {
        if (i !== middle && j !== middle && k !== middle) continue;
        const [x, y, z] = applyAffine(into, [i, j, k]);
        const isInside = x > -0.5 && y > -0.5 && z > -0.5 && x < nx - 0.5 && y < ny - 0.5 && z < nz - 0.5;
        data[index] = isInside ? sampler.linear(x, y, z) : background;
      }
    }
  }
  return { size: [shownPixels, shownPixels, shownPixels], affine, data };
}

/** The intensities of the file that are shown as the prepared scan's range. */
function nativeRange({ intensity, preprocessing }: PreparedScan): { low: number; high: number; background: number } {
  const map = preprocessing?.intensityMap ?? null;
  if (map === null) return intensity;
  const back = invertMap(map);
  const [low, high, background] = [intensity.low, intensity.high, intensity.background].map((value) =>
    mapIntensity(back, value),
  ) as [number, number, number];
  return { low, high, background };
}

/** Where the middle of the pictures lies in the file's space: the brain, before it was laid on a reference. */
function nativeCentre({ measures, alignment }: PreparedScan): Vector3 {
  return alignment === null ? measures.centreMm : applyAffine(invertAffine(alignment.matrix), measures.centreMm);
}

interface Drawn {
  /** What is shown of the file. */
  readonly before: Cube;
  readonly after: WindowedScan & { readonly scale: number };
  readonly spacingMm: number | null;
  readonly warnings: PreparedScan['warnings'];
}

function drawOnGrid(prepared: PreparedScan, grid: number, task: TaskOf<'preview'>): Drawn {
  const reaches = task.reachesMm.length === 0 ? [prepared.measures.reachMm] : task.reachesMm;
  const spacingMm = task.spacingMm === 'auto' ? chooseSpacing(reaches, grid) : task.spacingMm;
  const { volume, warnings } = resampleToGrid(prepared, { grid, spacingMm });
  const before = prepared.alignment === null ? cubeOf(volume) : cubeAround(nativeCentre(prepared), grid * spacingMm);
  const scale = Math.max(1, Math.round(shownPixels / grid));
  return { before, after: { volume, low: -1, high: 1, scale }, spacingMm, warnings };
}

/** More than the scan is long would show its brain too small to judge a mask by. */
const largestMargin = 1.25;

/** The side of a cube around `centreMm` that shows all of the scan, or as good as all where its middle lies far off. */
function sideAround(centreMm: Vector3, { affine, size }: Volume): number {
  const middle = applyAffine(affine, [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2]);
  const [nx, ny, nz] = size;
  const extents = affine.slice(0, 3).map(([x, y, z]) => Math.abs(x) * nx + Math.abs(y) * ny + Math.abs(z) * nz);
  const sides = extents.map((extent, world) => extent + 2 * Math.abs((middle[world] ?? 0) - (centreMm[world] ?? 0)));
  return Math.min(Math.max(...sides), largestMargin * Math.max(...extents));
}

/** The brain alone, in pictures about as large as the whole scan `whole`. */
function drawPrepared(prepared: PreparedScan, whole: Volume): Drawn {
  const { intensity, mask, measures, volume, warnings } = prepared;
  const { background, low, high } = intensity;
  const centreMm = nativeCentre(prepared);
  const sideMm = sideAround(centreMm, whole);
  const brain = { ...volume, data: volume.data.map((value, index) => (mask[index] === 1 ? value : background)) };
  const shown = cutOut(brain, cubeAround(measures.centreMm, sideMm), background);
  return {
    before: cubeAround(centreMm, sideMm),
    after: { volume: shown, low: Math.min(background, low), high, scale: 1 },
    spacingMm: null,
    warnings,
  };
}

/** Writes both pictures into `out` and says where. Throws BadScan, an AppError of code 'bad-input'. */
export async function previewScan(task: TaskOf<'preview'>, context: WorkerContext): Promise<void> {
  const { folder, path, scans, preprocess, grid, out } = task;
  const input = { ...task, scans: [path], seed };
  const reference = scans.find((scan) => scan.path === preprocess?.align?.reference)?.path;
  const candidates = await findCandidates(folder, scans, reference === undefined ? [path] : [path, reference]);
  const candidate = candidates.find((found) => found.path === path);
  if (candidate === undefined)
    throw new AppError('not-found', `The folder ${folder} holds no scan ${path} of a subject.`);
  const steps = await openPreprocess(input, candidates);
  const measured = await steps.prepare(candidate, null);
  const common = steps.scaleOf([measured]);
  const prepared = common === null ? measured : normaliseScan(measured, common);
  const { volume: whole } = await sourceOf(input, candidate).read();
  replaceNonFinite(whole);

  const drawn = grid === null ? drawPrepared(prepared, whole) : drawOnGrid(prepared, grid, task);
  const { background, low, high } = nativeRange(prepared);
  const native = { volume: cutOut(whole, drawn.before, background), low: Math.min(background, low), high };
  const [before, after] = [join(out, 'before.png'), join(out, 'after.png')];
  const options = { columns: 1, margin: 0 };
  const { scale, ...result } = drawn.after;
  await writeFileAtomic(before, drawContactSheet([native], { ...options, scale: 1 }));
  await writeFileAtomic(after, drawContactSheet([result], { ...options, scale }));
  context.send({
    type: 'previewed',
    before,
    after,
    spacingMm: drawn.spacingMm,
    warnings: drawn.warnings.map(({ reason }) => reason),
    alignment: prepared.alignment,
    preprocessing: prepared.preprocessing,
  });
}
