/** Reference values: test/fixtures/imaging/make_quality.py (scikit-image, scipy, numpy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/imaging/quality.json' with { type: 'json' };
import { createQualityReference, type ImageQuality } from '#imaging/imageQuality.ts';

const size = [38, 45, 34] as const;
const spacingMm = [0.9, 1, 1.3] as const;

/** The formulas of make_quality.py. */
function fill(formula: (x: number, y: number, z: number) => number): Float32Array {
  const data = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) for (let x = 0; x < size[0]; x++, at++) data[at] = formula(x, y, z);
  return data;
}
const truth = fill((x, y, z) => {
  const smooth = Math.sin(0.31 * x) * Math.cos(0.23 * y) + 0.5 * Math.sin(0.41 * z + 0.07 * x);
  return 400 + 300 * Math.tanh(smooth) + 40 * Math.sin(1.7 * x + 2.3 * y + 1.1 * z);
});
const at = (x: number, y: number, z: number): number => truth[x + size[0] * (y + size[1] * z)] ?? NaN;
const results = {
  shaded: fill((x, y, z) => at(x, y, z) * 0.9 + 60 * Math.cos(0.2 * x + 0.1 * z)),
  checkered: fill((x, y, z) => at(x, y, z) + 12 * (((x + y + z) % 2) * 2 - 1) * (1 + 0.5 * Math.sin(0.4 * y))),
};
const mask = Uint8Array.from(
  fill((x, y, z) => (((x - 15) / 18) ** 2 + ((y - 22) / 19) ** 2 + ((z - 14) / 16) ** 2 <= 1 ? 1 : 0)),
);
const reference = createQualityReference({ data: truth, size, spacingMm, mask, factor: [2, 4, 1] });
const measures = Object.keys(golden.results.shaded) as (keyof ImageQuality)[];

describe('the quality of an image inside the brain', () => {
  it.each(['shaded', 'checkered'] as const)('is that of scikit-image and scipy: %s', (name) => {
    const found = reference.compare(results[name]);
    const wrong = measures.filter(
      (measure) => !(Math.abs((found[measure] ?? NaN) / golden.results[name][measure] - 1) < 1e-6),
    );
    expect(wrong.map((measure) => ({ measure, is: found[measure], golden: golden.results[name][measure] }))).toEqual(
      [],
    );
  });

  it('takes the range from the bright end of the true scan in the mask', () => {
    expect(reference.voxels).toBe(golden.voxels);
    expect(reference.scales).toBe(golden.scales);
    expect(Math.abs(reference.dataRange / golden.dataRange - 1)).toBeLessThan(1e-6);
  });

  it('is perfect for the truth itself', () => {
    expect(reference.compare(truth)).toMatchObject({ psnr: Infinity, nrmse: 0, gradientError: 0, hfen: 0, gmsd: 0 });
    expect(reference.compare(truth).ssim).toBeCloseTo(1, 12);
  });

  it('sees a checkerboard, and none in the truth', () => {
    expect(Math.abs((reference.checkerboard ?? NaN) / golden.checkerboard - 1)).toBeLessThan(1e-6);
    expect(reference.compare(results.checkered).checkerboard).toBeGreaterThan(10 * (reference.checkerboard ?? NaN));
  });

  it('ignores what lies outside the mask, but for what the filters reach', () => {
    const far = Float32Array.from(truth);
    far[far.length - 1] = 1e6; // the corner farthest from the brain
    expect(reference.compare(far)).toMatchObject({ psnr: Infinity, nrmse: 0 });
  });
});
