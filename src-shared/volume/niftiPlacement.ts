/**
 * Where a NIfTI header places its voxels (nifti1.h and nifti2.h, https://nifti.nimh.nih.gov: methods 1 to 3), in RAS+
 * millimetres: from the sform where there is one, else from the qform, else from the voxel sizes alone.
 */
import type { AffineMatrix } from '../contract/records.ts';
import { affineOfSpacing, scaleAffine, type Vector3 } from './affine.ts';

export interface PlacementFields {
  readonly sformCode: number;
  /** Its three rows, in the header's unit. */
  readonly sform: readonly [AffineMatrix[number], AffineMatrix[number], AffineMatrix[number]];
  readonly qformCode: number;
  /** b, c and d of a unit quaternion, whose a is not negative. */
  readonly quaternion: Vector3;
  readonly qoffset: Vector3;
  /** qfac, then the voxel sizes of i, j and k; of the sizes, the absolute values count. */
  readonly pixDims: readonly number[];
  readonly xyztUnits: number;
}

export interface Placement {
  readonly affine: AffineMatrix;
  readonly source: 'sform' | 'qform' | 'pixdim';
}

const sformAt = { 1: 280, 2: 400 } as const;

/** Reads the sform's rows from a header of NIfTI `version`, which libraries are known to overwrite with the qform. */
export function readSform(view: DataView, version: 1 | 2, littleEndian: boolean): PlacementFields['sform'] {
  const number = (index: number): number =>
    version === 1
      ? view.getFloat32(sformAt[1] + 4 * index, littleEndian)
      : view.getFloat64(sformAt[2] + 8 * index, littleEndian);
  const row = (first: number): AffineMatrix[number] => [
    number(first),
    number(first + 1),
    number(first + 2),
    number(first + 3),
  ];
  return [row(0), row(4), row(8)];
}

/** Millimetres a unit of length (xyzt_units, the lower three bits); unknown units are taken for mm. */
function unitMm(xyztUnits: number): number {
  const code = xyztUnits & 7;
  return code === 1 ? 1000 : code === 3 ? 0.001 : 1;
}

/** Method 2: the rotation of the quaternion, voxel sizes, and qfac for the direction of the third axis. In mm. */
export function qformAffine({ quaternion: [b, c, d], qoffset, pixDims, xyztUnits }: PlacementFields): AffineMatrix {
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const [qfac = 1, ...sizes] = pixDims;
  const [i = 0, j = 0, third = 0] = sizes.map(Math.abs);
  const k = qfac < 0 ? -third : third;
  const affine: AffineMatrix = [
    [(a * a + b * b - c * c - d * d) * i, 2 * (b * c - a * d) * j, 2 * (b * d + a * c) * k, qoffset[0]],
    [2 * (b * c + a * d) * i, (a * a + c * c - b * b - d * d) * j, 2 * (c * d - a * b) * k, qoffset[1]],
    [2 * (b * d - a * c) * i, 2 * (c * d + a * b) * j, (a * a + d * d - b * b - c * c) * k, qoffset[2]],
    [0, 0, 0, 1],
  ];
  return scaleAffine(affine, unitMm(xyztUnits));
}

/** The placement for a volume of `size` voxels, in mm. Whether it can be used (finite, not flat) is for the caller. */
export function niftiPlacement(fields: PlacementFields, size: Vector3): Placement {
  const { sformCode, sform, qformCode, pixDims, xyztUnits } = fields;
  const factor = unitMm(xyztUnits);
  if (sformCode > 0) return { affine: scaleAffine([...sform, [0, 0, 0, 1]], factor), source: 'sform' };
  if (qformCode > 0) return { affine: qformAffine(fields), source: 'qform' };
  return { affine: scaleAffine(affineOfSpacing(pixDims.map(Math.abs), size), factor), source: 'pixdim' };
}
