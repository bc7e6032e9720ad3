/**
 * From a volume's affine (voxel indices to RAS+ mm) to what cornerstone3D and DICOM go by: origin, direction cosines
 * and spacing in LPS+ mm, in which x runs to the patient's left and y to the back.
 */
import type { AffineMatrix } from '#contract/records.ts';
import { spacingOf, type Vector3 } from '#shared/volume/affine.ts';

/** RAS+ to LPS+ and back. */
export function turnLps([x, y, z]: Vector3): [number, number, number] {
  return [-x + 0, -y + 0, z]; // + 0: never −0
}

export interface LpsGeometry {
  readonly origin: [number, number, number];
  readonly spacing: [number, number, number];
  /** Unit vectors of i, j and k, one after the other. */
  readonly direction: [number, number, number, number, number, number, number, number, number];
}

export function lpsGeometry(affine: AffineMatrix): LpsGeometry {
  const spacing = spacingOf(affine);
  const column = (axis: 0 | 1 | 2 | 3): [number, number, number] =>
    turnLps([affine[0][axis], affine[1][axis], affine[2][axis]]);
  const unit = (axis: 0 | 1 | 2): [number, number, number] => {
    const [x, y, z] = column(axis);
    return [x / spacing[axis], y / spacing[axis], z / spacing[axis]];
  };
  return { origin: column(3), spacing, direction: [...unit(0), ...unit(1), ...unit(2)] };
}
