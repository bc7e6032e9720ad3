/**
 * The self-check of left and right: an asymmetric phantom goes through the whole chain in every format that is read: file,
 * import (to RAS, onto a grid), export (back to the file's own geometry). Its marker has to be where it was at each step.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { applyAffine, invertAffine, shiftOrigin, type Vector3 } from '#shared/volume/affine.ts';
import { orientationCode } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { AffineMatrix } from '#contract/records.ts';
import { candidateSource } from '../candidateSource.ts';
import { writeNifti } from '../niftiWrite.ts';
import { prepareScan } from '../prepareScan.ts';
import { readVolume } from '../readVolume.ts';
import { resampleToGrid } from '../resampleToGrid.ts';
import { restoreScan } from '../restoreScan.ts';
import { scanFolder } from '../scanFolder.ts';
import { formatWriters, type FormatWriter } from './formatWriters.ts';

const size: Vector3 = [26, 30, 28];
const spacingMm = 4;
const grid = 32;
/** Right, front and top of the middle, by different lengths, so that no two axes can be mistaken. */
const markerMm: Vector3 = [24, 34, 14];
const markerRadiusMm = 9;
const reachMm: Vector3 = [44, 52, 46];
/** Resampling moves the middle of the marker's few voxels, by less than one. */
const toleranceMm = spacingMm;

/** Intensity of the phantom at a place in RAS mm, its middle at 0. */
function phantomAt([x, y, z]: Vector3): number {
  const inside = (x / reachMm[0]) ** 2 + (y / reachMm[1]) ** 2 + (z / reachMm[2]) ** 2 <= 1;
  if (!inside) return 0;
  const isMarker = Math.hypot(x - markerMm[0], y - markerMm[1], z - markerMm[2]) < markerRadiusMm;
  return isMarker ? 250 : 100 + Math.round(20 * Math.sin(x / 9) + 15 * Math.sin(y / 11));
}

/** The first column points to `columns[0]`, and so on, `turned` by an angle about the z axis. */
function placed(columns: readonly [Vector3, Vector3, Vector3], turned: number): AffineMatrix {
  const [c, s] = [Math.cos(turned), Math.sin(turned)];
  const turn = ([x, y, z]: Vector3): Vector3 => [c * x - s * y, s * x + c * y, z];
  const [i, j, k] = [turn(columns[0]), turn(columns[1]), turn(columns[2])];
  const row = (world: 0 | 1 | 2): AffineMatrix[number] => [
    spacingMm * i[world], spacingMm * j[world], spacingMm * k[world], 0,
  ]; // prettier-ignore
  const centred = [row(0), row(1), row(2), [0, 0, 0, 1]] as const;
  return shiftOrigin([...centred] as AffineMatrix, [-(size[0] - 1) / 2, -(size[1] - 1) / 2, -(size[2] - 1) / 2]);
}

const [right, front, up]: readonly Vector3[] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]; // prettier-ignore
const back = ([x, y, z]: Vector3): Vector3 => [-x, -y, -z];
const axes = { right: right ?? [1, 0, 0], front: front ?? [0, 1, 0], up: up ?? [0, 0, 1] };
/** Radiological axial slices, sagittal ones, and oblique coronal ones. */
const radiological = placed([back(axes.right), axes.front, axes.up], 0);
const placements: readonly AffineMatrix[] = [
  radiological,
  placed([back(axes.front), back(axes.up), axes.right], 0),
  placed([axes.right, back(axes.up), axes.front], 0.2),
];

function phantomOn(affine: AffineMatrix): Volume {
  const [nx, ny, nz] = size;
  const data = new Float32Array(nx * ny * nz);
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) data[index] = phantomAt(applyAffine(affine, [i, j, k]));
    }
  }
  return { size, affine, data };
}

/** Where the voxels above `threshold` lie on average, in RAS mm. */
function brightest({ size: [nx, ny, nz], affine, data }: Volume, threshold: number): Vector3 {
  const sum = [0, 0, 0];
  let count = 0;
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        if (data[index]! < threshold) continue;
        count++;
        applyAffine(affine, [i, j, k]).forEach((value, world) => (sum[world] = (sum[world] ?? 0) + value));
      }
    }
  }
  return [(sum[0] ?? 0) / count, (sum[1] ?? 0) / count, (sum[2] ?? 0) / count];
}

function isAtMarker(volume: Volume, threshold: number): boolean {
  const found = brightest(volume, threshold);
  return Math.hypot(found[0] - markerMm[0], found[1] - markerMm[1], found[2] - markerMm[2]) < toleranceMm;
}

/** Whether every voxel that was read has the intensity of its place. */
function isExact({ size: [nx, ny, nz], affine, data }: Volume, written: Volume): boolean {
  const into = invertAffine(written.affine);
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        const [x, y, z] = applyAffine(into, applyAffine(affine, [i, j, k])).map(Math.round);
        const at = (x ?? 0) + size[0] * ((y ?? 0) + size[1] * (z ?? 0));
        if (data[index] !== written.data[at]) return false;
      }
    }
  }
  return true;
}

/** What went wrong, null where nothing did. */
async function checkOne(folder: string, writer: FormatWriter, affine: AffineMatrix): Promise<string | null> {
  const written = phantomOn(affine);
  await mkdir(folder);
  await writer.write(folder, written);
  const { candidates } = await scanFolder(folder);
  const [candidate] = candidates;
  if (candidate === undefined) return 'was not found';
  const source = candidateSource(folder, candidate, { frame: null, acceptIncomplete: false, isNamed: false });
  const { volume: read } = await source.read();
  if (!isExact(read, written)) return 'was read wrongly';
  const { volume, transform } = resampleToGrid(await prepareScan(source), { grid, spacingMm });
  if (!isAtMarker(volume, 0.6)) return 'was brought onto the grid wrongly';
  const exported = join(folder, 'export.nii.gz');
  await writeNifti(exported, restoreScan(volume, transform), { storage: { kind: 'float32' }, description: '' });
  if (!isAtMarker((await readVolume(exported)).volume, 200)) return 'was exported wrongly';
  return null;
}

/**
 * Writes and reads the phantom in an empty `folder`, which is left as it then is. Returns what went wrong as sentences'
 * ends ("NIfTI (LAS) was read wrongly"), none where all is well; `chains` is how many were tried.
 */
export async function checkSides(folder: string): Promise<{ faults: readonly string[]; chains: number }> {
  const faults: string[] = [];
  let chains = 0;
  for (const writer of formatWriters) {
    for (const affine of writer.placesVolumes ? placements : [radiological]) {
      const name = `${writer.name} (${orientationCode(affine)})`;
      const place = join(folder, String(++chains));
      const fault = await checkOne(place, writer, affine).catch((thrown: unknown) => `failed: ${String(thrown)}`);
      if (fault !== null) faults.push(`${name} ${fault}`);
    }
  }
  return { faults, chains };
}
