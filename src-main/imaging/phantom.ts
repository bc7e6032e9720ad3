/**
 * A brain that never was: a skull-stripped, T1-weighted-like head phantom with folded cortex, white matter, deep grey
 * nuclei, ventricles, cerebellum and brain stem, and the label map it was drawn from. Our own construction: shapes are
 * signed distances (phantomAnatomy.ts), folds the zero surfaces of band-limited noise (phantomFolds.ts), and a tissue's
 * share of a voxel follows from the distance to its surface.
 */
import type { AffineMatrix } from '#contract/records.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { createRandom } from '#shared/random.ts';
import { cerebralHull, outsideCallosum, blendMin } from './phantomAnatomy.ts';
import { foldNoise, namedSulci, type FoldFields } from './phantomFolds.ts';
import { createNoiseField, type NoiseField } from './phantomNoise.ts';
import { addScanner } from './phantomScanner.ts';
import { drawSubject, type PhantomSubject } from './phantomSubject.ts';
import { createTissuePainter } from './phantomTissue.ts';

export const phantomSize = [96, 112, 96] as const;
export const phantomSpacingMm = 1.7;

/** Puts the anterior commissure of the template at 0, 0, 0 mm and the brain in the middle of the grid. */
const phantomAffine: AffineMatrix = [
  [phantomSpacingMm, 0, 0, -47.5 * phantomSpacingMm],
  [0, phantomSpacingMm, 0, -17 - 55.5 * phantomSpacingMm],
  [0, 0, phantomSpacingMm, 4 - 47.5 * phantomSpacingMm],
  [0, 0, 0, 1],
];

export interface PhantomScan {
  readonly subject: PhantomSubject;
  /** Intensities 0 to 255, background 0. */
  readonly image: Volume;
  /** Structure numbers of `phantomStructures`, 0 outside. */
  readonly labels: Volume;
  readonly brainMl: number;
  readonly ventricleMl: number;
}

const wavelengthMm = 20; // two sulci a wavelength: gyri about 10 mm wide
const sharedFolds = 0.55; // of the folding noise; the rest is the person's own
const warpMm = 2.2;
const outsideMm = -8; // below this depth nothing is drawn

/** Fields common to a cohort: make them once. */
export function createFoldTemplate(seed: number): NoiseField {
  return createNoiseField(createRandom(seed).fork('folds common to all'), wavelengthMm);
}

interface Frame {
  /** Template coordinates of every voxel in mm. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
  /** Depth below the surface of the hemispheres, the wall between them included; `outsideMm` where nothing is near. */
  readonly depth: Float32Array;
}

function placeTemplate(subject: PhantomSubject, own: NoiseField): Frame {
  const [nx, ny, nz] = phantomSize;
  const count = nx * ny * nz;
  const frame: Frame = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    z: new Float32Array(count),
    depth: new Float32Array(count).fill(outsideMm),
  };
  const [rx, ry, rz] = subject.rotation;
  const [sx, sy, sz] = subject.scale;
  const [cx, cy, cz] = [Math.cos(rx), Math.cos(ry), Math.cos(rz)];
  const [ox, oy, oz] = [Math.sin(rx), Math.sin(ry), Math.sin(rz)];
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        const wx = phantomAffine[0][0] * i + phantomAffine[0][3] - subject.shiftMm[0];
        const wy = phantomAffine[1][1] * j + phantomAffine[1][3] - subject.shiftMm[1];
        const wz = phantomAffine[2][2] * k + phantomAffine[2][3] - subject.shiftMm[2];
        // rotations about x, then y, then z
        const y1 = cx * wy - ox * wz;
        const z1 = ox * wy + cx * wz;
        const x2 = cy * wx + oy * z1;
        const z2 = cy * z1 - oy * wx;
        let x = (cz * x2 - oz * y1) / sx;
        let y = (oz * x2 + cz * y1) / sy;
        let z = z2 / sz;
        if ((x / 82) ** 2 + ((y + 17) / 98) ** 2 + ((z - 2) / 86) ** 2 > 1) continue; // no part of the brain reaches there
        const wx0 = own.at(x + 40, y, z, 0.27);
        const wy0 = own.at(x, y + 50, z, 0.27);
        const wz0 = own.at(x, y, z + 60, 0.27);
        x += warpMm * 0.6 * wx0;
        y += warpMm * wy0;
        z += warpMm * wz0;
        const side = Math.tanh(x / 9); // −1 left, 1 right, no step in the midline
        y -= (subject.petaliaMm / 2) * side;
        x *= 1 - subject.frontWidth * Math.max(0, y / 60) - subject.backWidth * Math.max(0, -y / 90);
        x *= 1 - 0.022 * side * Math.tanh(y / 40); // the right front and the left back are the wider ones
        frame.x[index] = x;
        frame.y[index] = y;
        frame.z[index] = z;
        const a = Math.abs(x);
        const hull = cerebralHull(a, y, z);
        if (hull < outsideMm) continue;
        const wall = Math.sqrt(a * a + Math.max(0, -outsideCallosum(y, z)) ** 2);
        frame.depth[index] = blendMin(hull, wall, 3);
      }
    }
  }
  return frame;
}

/** The folding field and the depth sulci reach, at every voxel. */
function foldCortex(frame: Frame, fields: FoldFields): { readonly fold: Float32Array; readonly reach: Float32Array } {
  const [nx, ny, nz] = phantomSize;
  const strides = [1, nx, nx * ny] as const;
  const fold = new Float32Array(nx * ny * nz).fill(1);
  const reach = new Float32Array(nx * ny * nz);
  const pull = { near: 0, value: 0, depthMm: 0 };
  for (let k = 1, index; k < nz - 1; k++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let i = 1; i < nx - 1; i++) {
        index = i + nx * (j + ny * k);
        const depth = frame.depth[index]!;
        if (depth <= outsideMm + 1 || depth > 26) continue;
        const x = frame.x[index]!;
        const y = frame.y[index]!;
        const z = frame.z[index]!;
        const gx = frame.depth[index + strides[0]]! - frame.depth[index - strides[0]]!;
        const gy = frame.depth[index + strides[1]]! - frame.depth[index - strides[1]]!;
        const gz = frame.depth[index + strides[2]]! - frame.depth[index - strides[2]]!;
        const out = (-0.8 * Math.max(0, depth)) / Math.max(0.5, Math.sqrt(gx * gx + gy * gy + gz * gz));
        const noise = foldNoise(fields, x + out * gx, y + out * gy, z + out * gz);
        namedSulci(pull, Math.abs(x), y, z);
        fold[index] = noise * (1 - pull.near) + (pull.value / 5) * pull.near;
        const usual = 12 + 4 * fields.own.at(x + 70, y, z, 0.7);
        reach[index] = usual * (1 - pull.near) + pull.depthMm * pull.near;
      }
    }
  }
  return { fold, reach };
}

/** Distance in mm from the zero surface of the folding field: its value over its slope. */
function sulcusDistance(fold: Float32Array, index: number): number {
  const [nx, ny] = phantomSize;
  const gx = fold[index + 1]! - fold[index - 1]!;
  const gy = fold[index + nx]! - fold[index - nx]!;
  const gz = fold[index + nx * ny]! - fold[index - nx * ny]!;
  const slope = Math.sqrt(gx * gx + gy * gy + gz * gz) / (2 * phantomSpacingMm);
  return Math.abs(fold[index]!) / Math.max(slope, 0.08);
}

/** Draws subject `number` (from 1) of the cohort of `seed`; `template` is `createFoldTemplate(seed)`. About a second. */
export function drawPhantom(seed: number, number: number, template: NoiseField): PhantomScan {
  const subject = drawSubject(seed, number);
  const own = createNoiseField(subject.random.fork('folds'), wavelengthMm);
  const frame = placeTemplate(subject, own);
  const { fold, reach } = foldCortex(frame, { common: template, own, shared: sharedFolds });

  const count = frame.depth.length;
  const intensity = new Float32Array(count);
  const labels = new Float32Array(count);
  const painter = createTissuePainter(subject, phantomSpacingMm);
  const [nx, ny, nz] = phantomSize;
  for (let k = 1; k < nz - 1; k++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let i = 1; i < nx - 1; i++) {
        const index = i + nx * (j + ny * k);
        const x = frame.x[index]!;
        const y = frame.y[index]!;
        const z = frame.z[index]!;
        if (x === 0 && y === 0 && z === 0) continue;
        const depth = frame.depth[index]!;
        const sulcusMm = depth > outsideMm + 1 && depth < 26 ? sulcusDistance(fold, index) : 99;
        painter.paint({ x, y, z, depthMm: depth, sulcusMm, reachMm: reach[index]! });
        intensity[index] = painter.intensity();
        labels[index] = painter.label();
      }
    }
  }
  const size = phantomSize;
  const voxelMl = phantomSpacingMm ** 3 / 1000;
  let brain = 0;
  let ventricle = 0;
  for (const label of labels) {
    if (label !== 0 && label !== 24) brain++;
    if (label === 4 || label === 43) ventricle++;
  }
  return {
    subject,
    image: { size, affine: phantomAffine, data: addScanner(intensity, size, subject.random) },
    labels: { size, affine: phantomAffine, data: labels },
    brainMl: brain * voxelMl,
    ventricleMl: ventricle * voxelMl,
  };
}
