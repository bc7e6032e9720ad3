/** Voxels that are no numbers (NaN, infinity): taken for background where a program marked it so, else for damage. */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import { clearEnclosed } from './regions.ts';

/** Share of the voxels that may be damaged; a scan with more cannot be trusted. */
const mostDamaged = 0.001;

/** The voxels on the six faces of a volume (those on edges more than once). */
export function faceVoxels(data: Float32Array, [nx, ny, nz]: Vector3): Float32Array {
  const faces = new Float32Array(2 * (nx * ny + nx * nz + ny * nz));
  let count = 0;
  for (const z of [0, nz - 1]) {
    for (let index = 0; index < nx * ny; index++) faces[count++] = data[z * nx * ny + index]!;
  }
  for (let z = 0; z < nz; z++) {
    for (const y of [0, ny - 1]) for (let x = 0; x < nx; x++) faces[count++] = data[x + nx * (y + ny * z)]!;
    for (const x of [0, nx - 1]) for (let y = 0; y < ny; y++) faces[count++] = data[x + nx * (y + ny * z)]!;
  }
  return faces;
}

function countNonFinite(data: Float32Array): { count: number; hasNan: boolean; least: number } {
  let count = 0;
  let least = Infinity;
  let hasNan = false;
  for (let index = 0, end = data.length; index < end; index++) {
    const value = data[index]!;
    if (Number.isFinite(value)) {
      if (value < least) least = value;
      continue;
    }
    count++;
    hasNan ||= Number.isNaN(value);
  }
  return { count, hasNan, least };
}

/**
 * Replaces, in place, voxels that are not finite with a background value and says so. Some programs write NaN outside
 * the brain: then most of the faces are NaN and only enclosed ones are damage. Throws BadScan ('not-finite') where
 * more than 0.1 % of the voxels are damaged, or none is finite.
 */
export function replaceNonFinite({ data, size }: Volume): ScanWarning[] {
  const { count, hasNan, least } = countNonFinite(data);
  if (count === 0) return [];
  if (count === data.length)
    throw new BadScan('not-finite', 'No voxel of the scan is a finite number: a processing step before has failed. Repeat it, or take the scan from before it.'); // prettier-ignore
  const faces = faceVoxels(data, size);
  const isBackground = faces.filter((value) => !Number.isFinite(value)).length > faces.length / 2;
  const background = Math.min(0, Number.isFinite(least) ? least : 0);
  const marks = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index])) continue;
    marks[index] = 1;
    data[index] = background;
  }

  const damaged = isBackground ? clearEnclosed(marks, size, 1) : count;
  const kind = hasNan ? 'not a number (NaN)' : 'infinite';
  if (damaged > mostDamaged * data.length) {
    const share = ((100 * damaged) / data.length).toPrecision(2);
    throw new BadScan(
      'not-finite',
      `${String(damaged)} voxels of the scan (${share} %) are ${kind}: a processing step before has failed. Repeat it, or import the scan from before it.`,
    );
  }
  if (damaged === 0) return [];
  return [
    {
      code: 'not-finite',
      reason: `${damaged === 1 ? '1 voxel was' : `${String(damaged)} voxels were`} ${kind}; background was put in place. Check the processing before.`,
    },
  ];
}
