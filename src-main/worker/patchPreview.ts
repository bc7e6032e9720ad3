/** The preview of a super-resolution training: patches interpolated, refined and as they were, and what was measured. */
import * as tf from '@tensorflow/tfjs';
import { drawContactSheet, type SheetScan } from '#imaging/contactSheet.ts';
import type { VoxelPair } from '#imaging/patches.ts';
import type { PatchPlan, SuperResolutionModel } from '#models/model.ts';
import { interpolateCubic } from '#models/ops/interpolation.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { toTensors } from './patchBatches.ts';
import type { Preview } from './training.ts';
import { cutFrom, readPair, type PairPaths } from './trainingPair.ts';
import { volumesOf } from './volumesOf.ts';

const mostScans = 3;
const background = -1;
/** Of [-1, 1]: what a PSNR relates the error to. */
const intensityRange = 2;

export interface PatchPreview {
  /** `heldoutPsnr` of the result and `heldoutPsnr.interpolated`, dB over the brain voxels, where scans are held out. */
  show(model: SuperResolutionModel): Promise<Preview>;
}

interface PreviewOptions {
  /** The first few are shown. */
  readonly scans: readonly PairPaths[];
  readonly isHeldOut: boolean;
  readonly grid: number;
  readonly plan: PatchPlan;
}

/** Takes a patch from the middle of the brain of each scan, as the scanner model shows it without noise or as its real pair does. */
export async function createPatchPreview({ scans, isHeldOut, grid, plan }: PreviewOptions): Promise<PatchPreview> {
  const pairs: VoxelPair[] = [];
  for (const scan of scans.slice(0, mostScans)) {
    const pair = await readPair(scan, { grid, factor: plan.factor });
    pairs.push(cutFrom(pair, { ...plan, centre: middleOf(pair.high), random: null }));
  }
  return {
    async show(model) {
      const cells: SheetScan[] = [];
      const [interpolatedErrors, refinedErrors] = [new Array<number>(), new Array<number>()];
      for (const pair of pairs) {
        const [interpolated, refined, truth] = await refine(model, pair, plan);
        const errors = [interpolated, refined].map((volume) => meanSquaredError(volume.data, truth.data));
        const [before = 0, after = 0] = errors;
        interpolatedErrors.push(before);
        refinedErrors.push(after);
        const captions = [`interpolated ${psnr(before).toFixed(1)} dB`, `result ${psnr(after).toFixed(1)} dB`, 'truth'];
        const scans = [interpolated, refined, truth];
        cells.push(...scans.map((volume, index) => ({ volume, low: -1, high: 1, caption: captions[index] ?? '' })));
      }
      const metrics = {
        heldoutPsnr: psnr(mean(refinedErrors)),
        'heldoutPsnr.interpolated': psnr(mean(interpolatedErrors)),
      };
      return { picture: drawContactSheet(cells, { columns: 3 }), metrics: isHeldOut ? metrics : {} };
    },
  };
}

/** The patch interpolated, refined, and as it was. */
async function refine(
  model: SuperResolutionModel,
  pair: VoxelPair,
  plan: PatchPlan,
): Promise<[Volume, Volume, Volume]> {
  const [x, y, z] = plan.factor;
  const { low, high } = toTensors([pair], plan);
  const images = [interpolateCubic(low, [z, y, x]), model.upscale(low), high];
  const volumes = (await Promise.all(images.map((image) => volumesOf(image)))).flat();
  tf.dispose([low, ...images]);
  return volumes as [Volume, Volume, Volume];
}

/** Mean place of the voxels that are not background; the middle of the grid where there are none. */
function middleOf({ size: [nx, ny, nz], data }: Volume): Vector3 {
  let [count, x, y, z] = [0, 0, 0, 0];
  for (let index = 0; index < data.length; index++) {
    if (data[index] === background) continue;
    count++;
    x += index % nx;
    y += Math.floor(index / nx) % ny;
    z += Math.floor(index / (nx * ny));
  }
  return count === 0 ? [nx / 2, ny / 2, nz / 2] : [x / count, y / count, z / count];
}

/** Over the brain's voxels; 0 where there are none. */
function meanSquaredError(values: Float32Array, truth: Float32Array): number {
  let [sum, count] = [0, 0];
  truth.forEach((expected, index) => {
    if (expected === background) return;
    sum += ((values[index] ?? 0) - expected) ** 2;
    count++;
  });
  return count === 0 ? 0 : sum / count;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** An exact result is as good as single precision can tell. */
const psnr = (error: number): number => 10 * Math.log10(intensityRange ** 2 / Math.max(error, 1e-12));
