/** One scan through a super-resolution network: the result in the scan's intensities, and how far it can be trusted. */
import { cropVolume, type Box } from '#imaging/crop.ts';
import type { ScannerModel } from '#imaging/degrade.ts';
import {
  backProject,
  inconsistencyOf,
  summariseConsistency,
  type ConsistencySummary,
} from '#imaging/dataConsistency.ts';
import { createSpread } from '#imaging/spread.ts';
import { testTimeViews } from '#imaging/testTimeViews.ts';
import { restoreUpscaled, type ScanToUpscale } from '#imaging/scanToUpscale.ts';
import { growTile, voxelsOf } from '#models/inference/tiles.ts';
import { upscaleInTiles, type Grid } from '#models/inference/upscaleInTiles.ts';
import type { SuperResolutionModel } from '#models/model.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import { fineAffine, type Factor } from '#shared/volume/factor.ts';
import { permuteAxes } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { factorAlongScan, inverseOrder, type AxisOrder } from './networkAxes.ts';

export interface UpscaleScan {
  readonly model: SuperResolutionModel;
  /** What the network learned to undo; its factor is along the network's axes. */
  readonly learned: ScannerModel;
  readonly order: AxisOrder;
  readonly tile: number | null;
  readonly uncertainty: boolean;
  readonly backProjection: number;
  /** After each tile, with the share of the scan that is done; stops by throwing. */
  onTile(share: number): Promise<void>;
}

export interface UpscaledScan {
  /** All in RAS order and in the scan's intensities, on the fine grid. */
  readonly result: Volume;
  /** Standard deviation over the views of a scan, zero outside the brain; null where it was not asked for. */
  readonly uncertainty: Volume | null;
  /** The result through the scanner model, minus the scan; on the scan's grid. */
  readonly inconsistency: Volume;
  readonly consistency: ConsistencySummary;
  /** Along the scan's RAS axes. */
  readonly factor: Factor;
}

/** What the network makes of the brain's box, and the spread of its answers, on the fine grid of the box. */
interface Answer {
  readonly box: Box;
  readonly high: Float32Array;
  readonly deviation: Float32Array | null;
}

/** Keeps no tensors. */
export async function upscaleScan(scan: ScanToUpscale, request: UpscaleScan): Promise<UpscaledScan> {
  const { learned, order, backProjection } = request;
  const factor = factorAlongScan(learned.factor, order);
  const scanner: ScannerModel = { ...learned, factor };
  const { box, high, deviation } = await askNetwork(scan, request);
  const size = timesFactor(scan.original.size, factor);
  const restored = restoreUpscaled(scan, placeBox(high, { box, factor, size, outside: -1 }), factor);
  const result = backProject(restored, scan.original, scanner, backProjection);
  const inconsistency = inconsistencyOf(result, scan.original, scanner);
  const scale = (scan.intensity.high - scan.intensity.low) / 2;
  const uncertainty: Volume | null =
    deviation === null
      ? null
      : {
          ...result,
          data: inBrain(
            placeBox(
              deviation.map((value) => value * scale),
              { box, factor, size, outside: 0 },
            ),
            scan,
            factor,
          ),
        };
  return { result, uncertainty, inconsistency, consistency: summariseConsistency(inconsistency, scan.mask), factor };
}

const timesFactor = (size: Vector3, factor: Factor): Vector3 => [
  size[0] * factor[0],
  size[1] * factor[1],
  size[2] * factor[2],
];

async function askNetwork(scan: ScanToUpscale, request: UpscaleScan): Promise<Answer> {
  const { model, learned, order, tile } = request;
  // Beyond what the network sees from the brain all is background: what it says there is not used.
  const reach = 1 + model.reach.trunk + model.reach.tail;
  const box = growTile(scan.box, reach, { first: [0, 0, 0], size: scan.normalised.size });
  const low = permuteAxes(cropVolume(scan.normalised, box, -1), order);
  const views = testTimeViews(learned.factor).slice(0, request.uncertainty ? undefined : 1);
  let first: Grid | null = null;
  const spread = request.uncertainty ? createSpread(voxelsOf(timesFactor(low.size, learned.factor))) : null;
  for (const [done, view] of views.entries()) {
    const high = await upscaleInTiles({
      model,
      factor: learned.factor,
      low: view.show(low),
      tile,
      onTile: (tiles, total) => request.onTile((done + tiles / total) / views.length),
    });
    const answer = view.takeBack(high);
    first ??= answer;
    spread?.add(answer.data);
  }
  const asScan = (data: Float32Array): Float32Array =>
    permuteAxes(
      { size: timesFactor(low.size, learned.factor), affine: fineAffine(low.affine, learned.factor), data },
      inverseOrder(order),
    ).data;
  return {
    box,
    high: asScan(first?.data ?? new Float32Array(0)),
    deviation: spread === null ? null : asScan(spread.deviation()),
  };
}

/** In place: zero in the fine voxels of coarse ones outside the brain, where views differ at the ends of what was shown. */
function inBrain(values: Float32Array, { mask, original }: ScanToUpscale, factor: Factor): Float32Array {
  const [nx, ny] = original.size;
  const size = timesFactor(original.size, factor);
  for (let z = 0, index = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const row = nx * (Math.floor(y / factor[1]) + ny * Math.floor(z / factor[2]));
      for (let x = 0; x < size[0]; x++, index++) if (mask[row + Math.floor(x / factor[0])] === 0) values[index] = 0;
    }
  }
  return values;
}

interface PlaceBox {
  /** In voxels of the scan. */
  readonly box: Box;
  readonly factor: Factor;
  /** Of the whole on the fine grid. */
  readonly size: Vector3;
  readonly outside: number;
}

/** The fine voxels of a box within those of the whole scan. */
function placeBox(values: Float32Array, { box, factor, size, outside }: PlaceBox): Float32Array {
  const whole = new Float32Array(voxelsOf(size)).fill(outside);
  const [nx, ny, nz] = timesFactor(box.size, factor);
  const [x, y, z] = timesFactor(box.first, factor);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const from = nx * (j + ny * k);
      whole.set(values.subarray(from, from + nx), x + size[0] * (y + j + size[1] * (z + k)));
    }
  }
  return whole;
}
