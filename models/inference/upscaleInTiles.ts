/**
 * A whole volume through a super-resolution network, a tile at a time: memory is bounded by the tile, and the result is
 * that of one pass, because each tile is computed with all the voxels that it depends on. The halves of the network are
 * tiled apart: the trunk, which sees far, in large tiles at low resolution; what enlarges, which sees one or two voxels,
 * in small ones inside them. So little is computed twice.
 */
import * as tf from '@tensorflow/tfjs';
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Factor } from '#shared/volume/factor.ts';
import type { SuperResolutionModel } from '../model.ts';
import { growTile, tilesOf, voxelsOf, type Tile } from './tiles.ts';

/** Voxels, x fastest. */
export interface Grid {
  /** Along x, y, z. */
  readonly size: Vector3;
  readonly data: Float32Array;
}

export interface UpscaleInTiles {
  readonly model: Pick<SuperResolutionModel, 'trunk' | 'tail' | 'reach'>;
  /** High-resolution voxels of a low-resolution one, along x, y, z. */
  readonly factor: Factor;
  /** In [-1, 1]. */
  readonly low: Grid;
  /** Low-resolution voxels a side of the largest tile; null: about a gigabyte of features for a network of 32 maps. */
  readonly tile: number | null;
  /** Called after each small tile; the caller's to let other work in, and to stop by throwing. */
  onTile(done: number, total: number): Promise<void>;
}

const largestTrunkTile = 128;
/** What enlarges keeps some 64 maps at high resolution: 256 MiB each for so many voxels. */
const tailVoxels = 1 << 20;

/** In [-1, 1], `factor` times as many voxels, equal to `upscale` of the whole to rounding. Keeps no tensors. */
export async function upscaleInTiles({ model, factor, low, tile, onTile }: UpscaleInTiles): Promise<Grid> {
  const whole: Tile = { first: [0, 0, 0], size: low.size };
  const size: Vector3 = [low.size[0] * factor[0], low.size[1] * factor[1], low.size[2] * factor[2]];
  const high: Grid = { size, data: new Float32Array(voxelsOf(size)) };
  const trunkSide = tile ?? largestTrunkTile;
  const tailSide = Math.min(trunkSide, Math.max(1, Math.floor(Math.cbrt(tailVoxels / voxelsOf(factor)))));
  const plan = tilesOf(whole, trunkSide).map((core) => ({ core, tails: tilesOf(core, tailSide) }));
  const total = plan.reduce((sum, { tails }) => sum + tails.length, 0);
  let done = 0;
  for (const { core, tails } of plan) {
    const featured = growTile(core, model.reach.tail, whole);
    const seen = growTile(featured, model.reach.trunk, whole);
    const features = tf.tidy(() => sliceTile(model.trunk(tensorOf(low, seen)), featured, seen)); // [1, d, h, w, f]
    try {
      for (const small of tails) {
        const from = growTile(small, model.reach.tail, featured);
        const piece = tf.tidy(() => model.tail(sliceTile(features, from, featured), tensorOf(low, from)));
        const values = (await piece.data()) as Float32Array;
        piece.dispose();
        placeTile(values, { from, core: small, factor }, high);
        await onTile(++done, total);
      }
    } finally {
      features.dispose();
    }
  }
  return high;
}

/** [1, d, h, w, 1] of the voxels in `tile`. */
function tensorOf({ size: [nx, ny], data }: Grid, { first, size }: Tile): tf.Tensor5D {
  const [w, h, d] = size;
  const values = new Float32Array(w * h * d);
  for (let z = 0, to = 0; z < d; z++) {
    for (let y = 0; y < h; y++, to += w) {
      const from = first[0] + nx * (first[1] + y + ny * (first[2] + z));
      values.set(data.subarray(from, from + w), to);
    }
  }
  return tf.tensor5d(values, [1, d, h, w, 1]);
}

/** The part of `tensor`, which covers `of`, that covers `tile`: [1, d, h, w, c]. */
function sliceTile(tensor: tf.Tensor5D, tile: Tile, of: Tile): tf.Tensor5D {
  const [x, y, z] = tile.first.map((at, axis) => at - (of.first[axis] ?? 0)) as [number, number, number];
  const [w, h, d] = tile.size;
  if (w === of.size[0] && h === of.size[1] && d === of.size[2]) return tensor;
  return tf.slice(tensor, [0, z, y, x, 0], [1, d, h, w, -1]); // [1, d, h, w, c]
}

interface Placed {
  /** What `values` were computed from. */
  readonly from: Tile;
  /** The part of it that is whole. */
  readonly core: Tile;
  readonly factor: Factor;
}

/** Copies the high-resolution voxels of `core` into `high`. */
function placeTile(values: Float32Array, { from, core, factor }: Placed, high: Grid): void {
  const [fx, fy, fz] = factor;
  const [width, height] = [from.size[0] * fx, from.size[1] * fy];
  const skip = core.first.map((at, axis) => (at - (from.first[axis] ?? 0)) * (factor[axis] ?? 1));
  const [skipX = 0, skipY = 0, skipZ = 0] = skip;
  const rowLength = core.size[0] * fx;
  for (let z = 0; z < core.size[2] * fz; z++) {
    for (let y = 0; y < core.size[1] * fy; y++) {
      const source = skipX + width * (skipY + y + height * (skipZ + z));
      const target =
        core.first[0] * fx + high.size[0] * (core.first[1] * fy + y + high.size[1] * (core.first[2] * fz + z));
      high.data.set(values.subarray(source, source + rowLength), target);
    }
  }
}
