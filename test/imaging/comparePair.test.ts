/** Reference values: test/fixtures/evidence/make_pair.py (scikit-image, numpy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/evidence/pair.json' with { type: 'json' };
import { comparePair } from '#imaging/comparePair.ts';

const size = [17, 19, 14] as const;

/** The formulas of make_pair.py. */
function fill(formula: (x: number, y: number, z: number) => number): Float32Array {
  const data = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[0]; x++, at++) data[at] = formula(x, y, z);
  return data;
}
const reference = fill(
  (x, y, z) => 400 + 300 * Math.tanh(Math.sin(0.31 * x) * Math.cos(0.23 * y) + 0.5 * Math.sin(0.41 * z + 0.07 * x)),
);
const result = fill((x, y, z) => (reference[x + size[0] * (y + size[1] * z)] ?? NaN) * 0.9 + 60 * Math.cos(0.2 * x + 0.1 * z)); // prettier-ignore

describe('two scans compared voxel by voxel', () => {
  it('have the figures of scikit-image and numpy', () => {
    const found = comparePair({ reference, result, size, dataRange: golden.dataRange });
    for (const [name, value] of Object.entries(golden.figures)) {
      const own = found[name as keyof typeof golden.figures];
      expect(Math.abs((own ?? NaN) - value), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    }
    expect(found).toMatchObject({ scales: 1, voxels: reference.length, dataRange: 700 });
    expect(found.msSsim).toBeCloseTo(found.ssim ?? NaN, 12); // of one scale
  });

  it('are alike where they are equal, and say what cannot be told', () => {
    const same = comparePair({ reference, result: reference, size, dataRange: 700 });
    expect(same).toMatchObject({ psnr: null, nrmse: 0, mse: 0 });
    expect(same.ssim).toBeCloseTo(1, 6); // local variances are kept in 32 bits
    expect(same.ncc).toBeCloseTo(1, 9);
    const flat = new Float32Array(6 ** 3);
    const small = comparePair({ reference: flat, result: flat.map(() => 1), size: [6, 6, 6], dataRange: 1 });
    expect(small).toMatchObject({ psnr: 0, ssim: null, ssimUniform: null, msSsim: null, scales: 0, nrmse: null, ncc: null }); // prettier-ignore
  });
});
