/** One scan as it is in its file and as it would be on a dataset's grid: two pictures of the same part of space. */
import { join } from 'node:path';
import type { TaskOf } from '#contract/jobs.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { chooseSpacing } from '#imaging/chooseSpacing.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { createSampler } from '#imaging/interpolate.ts';
import { replaceNonFinite } from '#imaging/nonFinite.ts';
import { findCandidate } from '#imaging/candidateSource.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import { applyAffine, gridAffine, invertAffine, multiplyAffines } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { WorkerContext } from './context.ts';

/** Pixels a side of each slice; about as fine as a scan of a head. */
const shownPixels = 192;

/** The middle slices of the scan where `box` lies, in voxels as small as the picture's pixels, else untouched. */
function cutOut(scan: Volume, box: Volume, background: number): Volume {
  const extentMm = box.size[0] * box.affine[0][0];
  const pixelMm = extentMm / shownPixels;
  const corner = (world: 0 | 1 | 2): number => box.affine[world][3] - box.affine[0][0] / 2 + pixelMm / 2;
  const affine = gridAffine(pixelMm, [corner(0), corner(1), corner(2)]);
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

/** Writes both pictures into `out` and says where. Throws BadScan, an AppError of code 'bad-input'. */
export async function previewScan(task: TaskOf<'preview'>, context: WorkerContext): Promise<void> {
  const { frame = null, acceptIncomplete = false } = task;
  const source = await findCandidate(task.folder, task.path, { frame, acceptIncomplete, isNamed: true });
  const prepared = await prepareScan(source);
  const reaches = task.reachesMm.length === 0 ? [prepared.measures.reachMm] : task.reachesMm;
  const spacingMm = task.spacingMm === 'auto' ? chooseSpacing(reaches, task.grid) : task.spacingMm;
  const { volume, warnings } = resampleToGrid(prepared, { grid: task.grid, spacingMm });
  const { volume: whole } = await source.read();
  replaceNonFinite(whole);
  const { background, low, high } = prepared.intensity;
  const native = cutOut(whole, volume, background);

  const before = join(task.out, 'before.png');
  const after = join(task.out, 'after.png');
  const options = { columns: 1, margin: 0 };
  await writeFileAtomic(
    before,
    drawContactSheet([{ volume: native, low: Math.min(background, low), high }], { ...options, scale: 1 }),
  );
  const scale = Math.max(1, Math.round(shownPixels / task.grid));
  await writeFileAtomic(after, drawContactSheet([{ volume, low: -1, high: 1 }], { ...options, scale }));
  context.send({ type: 'previewed', before, after, spacingMm, warnings: warnings.map(({ reason }) => reason) });
}
