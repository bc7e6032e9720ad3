/**
 * Differentiable augmentation for critics (Zhao et al. 2020, arXiv 2006.10738): the same random changes for real and
 * synthetic scans, passed through to the generator's gradient, so that they do not leak into what it makes. The ranges
 * are those of Ferreira et al. 2022 (arXiv 2112.13626), each change with probability 0.1.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';

const probability = 0.1;
const mostRadians = 0.052; // about each axis
const mostZoom = 1.1;
const mostShiftVoxels = 4; // along x and y
const mostBrightening = 0.1;
const background = -1;

/** x [b, d, h, w, 1] in [-1, 1] → the same shape and range; every scan has its own draws. Differentiable in x, first order. */
export function augment(x: tf.Tensor5D, random: Random): tf.Tensor5D {
  return tf.tidy(() => {
    const [count, ...shape] = x.shape;
    // Slices, not `unstack`: of a single scan that has no gradient.
    const scans = Array.from({ length: count }, (_, index) =>
      augmentOne(tf.reshape(tf.slice(x, [index, 0, 0, 0, 0], [1, ...shape]), shape), random),
    );
    return tf.stack(scans) as tf.Tensor5D;
  });
}

function augmentOne(scan: tf.Tensor4D, random: Random): tf.Tensor4D {
  const happens = (): boolean => random.uniform() < probability;
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();

  const angles = [0, 1, 2].map(() => (happens() ? between(-mostRadians, mostRadians) : 0)) as [number, number, number];
  const flip = happens();
  const zoom = happens() ? between(1, mostZoom) : 1;
  const shift = happens()
    ? [
        random.integer(2 * mostShiftVoxels + 1) - mostShiftVoxels,
        random.integer(2 * mostShiftVoxels + 1) - mostShiftVoxels,
      ]
    : [0, 0];
  const brightness = happens() ? between(1 - mostBrightening, 1 + mostBrightening) : 1;

  let changed = scan;
  if (flip || zoom !== 1 || shift.some((voxels) => voxels !== 0) || angles.some((angle) => angle !== 0)) {
    changed = warp(changed, { angles, flip, zoom, shift: [shift[0] ?? 0, shift[1] ?? 0] });
  }
  if (brightness !== 1) {
    changed = tf.clipByValue(tf.add(tf.mul(tf.sub(changed, background), brightness), background), -1, 1);
  }
  return changed;
}

interface Warp {
  readonly angles: readonly [number, number, number];
  readonly flip: boolean;
  readonly zoom: number;
  readonly shift: readonly [number, number];
}

/** Moves [d, h, w, 1] about its centre; what comes from outside is background. */
function warp(scan: tf.Tensor4D, change: Warp): tf.Tensor4D {
  const isWhole = change.zoom === 1 && change.angles.every((angle) => angle === 0);
  return isWhole ? moveByVoxels(scan, change) : resample(scan, change);
}

/** Whole voxels only: nothing to interpolate. */
function moveByVoxels(scan: tf.Tensor4D, { flip, shift: [right, forward] }: Warp): tf.Tensor4D {
  const border = (voxels: number): [number, number] => [Math.max(0, voxels), Math.max(0, -voxels)];
  const padded = tf.pad(scan, [[0, 0], border(forward), border(right), [0, 0]], background);
  const moved = tf.slice(padded, [0, Math.max(0, -forward), Math.max(0, -right), 0], scan.shape);
  return flip ? tf.reverse(moved, 2) : moved;
}

/** Trilinear: each voxel is a weighted sum of the eight around the place it comes from. */
function resample(scan: tf.Tensor4D, change: Warp): tf.Tensor4D {
  const [depth, height, width] = scan.shape;
  const voxels = depth * height * width;
  const { indices, weights } = sources([width, height, depth], change);
  const flat: tf.Tensor1D = tf.reshape(tf.sub(scan, background), [voxels]); // background becomes 0, as outside
  const corners = tf.mul(tf.gather(flat, tf.tensor1d(indices, 'int32')), tf.tensor1d(weights));
  return tf.add(tf.reshape(tf.sum(tf.reshape(corners, [8, voxels]), 0), scan.shape), background);
}

/** Per corner and voxel (x fastest), where it comes from and how much of it; from outside: weight 0. */
function sources(
  [width, height, depth]: readonly [number, number, number],
  { angles, flip, zoom, shift }: Warp,
): { indices: Int32Array; weights: Float32Array } {
  const voxels = width * height * depth;
  const indices = new Int32Array(8 * voxels);
  const weights = new Float32Array(8 * voxels);
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = rotation(angles);
  const [cx, cy, cz] = [(width - 1) / 2, (height - 1) / 2, (depth - 1) / 2];
  const sign = flip ? -1 : 1;

  // One pass over every voxel of every step: no arrays and no branches inside but these.
  for (let z = 0, voxel = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const fromY = (y - cy - shift[1]) / zoom;
      const fromZ = (z - cz) / zoom;
      for (let x = 0; x < width; x++, voxel++) {
        const fromX = ((x - cx) * sign - shift[0]) / zoom;
        const px = xx * fromX + xy * fromY + xz * fromZ + cx;
        const py = yx * fromX + yy * fromY + yz * fromZ + cy;
        const pz = zx * fromX + zy * fromY + zz * fromZ + cz;
        const [x0, y0, z0] = [Math.floor(px), Math.floor(py), Math.floor(pz)];
        for (let corner = 0; corner < 8; corner++) {
          const nearX = x0 + (corner & 1);
          const nearY = y0 + ((corner >> 1) & 1);
          const nearZ = z0 + (corner >> 2);
          if (nearX < 0 || nearY < 0 || nearZ < 0 || nearX >= width || nearY >= height || nearZ >= depth) continue;
          const entry = corner * voxels + voxel;
          indices[entry] = nearX + width * (nearY + height * nearZ);
          weights[entry] = (1 - Math.abs(px - nearX)) * (1 - Math.abs(py - nearY)) * (1 - Math.abs(pz - nearZ));
        }
      }
    }
  }
  return { indices, weights };
}

type Row = readonly [number, number, number];

/** Rotation about x, then y, then z, by angles in radians. */
function rotation([a, b, c]: readonly [number, number, number]): readonly [Row, Row, Row] {
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)];
  return [
    [cb * cc, sa * sb * cc - ca * sc, ca * sb * cc + sa * sc],
    [cb * sc, sa * sb * sc + ca * cc, ca * sb * sc - sa * cc],
    [-sb, sa * cb, ca * cb],
  ];
}
