import { describe, expect, test } from 'vitest';
import { applyAffine, determinant } from '#shared/volume/affine.ts';
import { niftiPlacement, qformAffine, type PlacementFields } from '#shared/volume/niftiPlacement.ts';

const plain: PlacementFields = {
  sformCode: 0,
  sform: [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ],
  qformCode: 1,
  quaternion: [0, 0, 0],
  qoffset: [10, 20, 30],
  pixDims: [1, 2, 3, 4],
  xyztUnits: 2,
};

describe('the placement of a NIfTI header', () => {
  test('no rotation: voxel sizes and offset', () => {
    expect(applyAffine(qformAffine(plain), [1, 1, 1])).toEqual([12, 23, 34]);
  });

  test('half a turn about z swaps right and left, front and back (c and d of a header from nifti1.h)', () => {
    const turned = qformAffine({ ...plain, quaternion: [0, 0, 1] });
    expect(applyAffine(turned, [1, 1, 1])).toEqual([8, 17, 34]);
  });

  test('a quarter turn about x brings j to z', () => {
    const at = applyAffine(qformAffine({ ...plain, quaternion: [Math.SQRT1_2, 0, 0] }), [0, 1, 0]);
    expect(at[1]).toBeCloseTo(20);
    expect(at[2]).toBeCloseTo(33);
  });

  test('a qfac of −1 mirrors along the third axis, and the sign of voxel sizes does not count', () => {
    const mirrored = qformAffine({ ...plain, pixDims: [-1, -2, 3, 4] });
    expect(applyAffine(mirrored, [1, 0, 1])).toEqual([12, 20, 26]);
    expect(determinant(mirrored)).toBe(-24);
  });

  test('a quaternion that rounding has made too long is no NaN', () => {
    expect(
      qformAffine({ ...plain, quaternion: [0.8, 0.6000001, 0] })
        .flat()
        .every(Number.isFinite),
    ).toBe(true);
  });

  test('metres and micrometres become millimetres', () => {
    expect(niftiPlacement({ ...plain, xyztUnits: 1 }, [1, 1, 1]).affine[0][0]).toBe(2000);
    expect(niftiPlacement({ ...plain, xyztUnits: 3 | 8 }, [1, 1, 1]).affine[0][0]).toBe(0.002);
  });

  test('the sform comes first, then the qform, then voxel sizes with the first axis to the left', () => {
    const sform: PlacementFields['sform'] = [
      [5, 0, 0, 1],
      [0, 5, 0, 2],
      [0, 0, 5, 3],
    ];
    expect(niftiPlacement({ ...plain, sform, sformCode: 2 }, [9, 9, 9])).toMatchObject({ source: 'sform' });
    expect(niftiPlacement({ ...plain, sform }, [9, 9, 9])).toMatchObject({ source: 'qform' });
    const guessed = niftiPlacement({ ...plain, qformCode: 0 }, [3, 3, 3]);
    expect(guessed.source).toBe('pixdim');
    expect(applyAffine(guessed.affine, [0, 1, 1])).toEqual([2, 0, 0]);
  });
});
