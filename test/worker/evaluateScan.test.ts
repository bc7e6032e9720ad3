import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import type { MethodResult, UpscalingMethod } from '#contract/evaluation.ts';
import { enlarge } from '#imaging/enlarge.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createFoldTemplate, drawPhantom, type PhantomScan } from '#imaging/phantom.ts';
import type { Factor } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { evaluateScan, type Enlarger, type ScanEvaluation } from '#worker/evaluateScan.ts';
import { readTruth, type Truth, type TruthSource } from '#worker/evaluationTruth.ts';

const factor: Factor = [2, 1, 2]; // 48 × 56 × 49 voxels: one plane is left over
const interpolated = (method: UpscalingMethod, kind: Parameters<typeof enlarge>[2]): Enlarger => ({
  method,
  enlarge: (low) => Promise.resolve(enlarge(low, factor, kind)),
});

/** Every second voxel of a phantom of 96 × 112 × 96, and an empty plane above. */
function smaller({ image, labels }: PhantomScan): { image: Volume; labels: Volume } {
  const size = [48, 56, 49] as const;
  const half = ({ affine, size: [nx, ny, nz], data }: Volume): Volume => {
    const taken = new Float32Array(size[0] * size[1] * size[2]);
    for (let z = 0, at = 0; z < size[2]; z++)
      for (let y = 0; y < size[1]; y++)
        for (let x = 0; x < size[0]; x++, at++) taken[at] = 2 * z < nz ? (data[2 * (x + nx * (y + ny * z))] ?? 0) : 0;
    const twice = (row: AffineMatrix[number]): AffineMatrix[number] => [2 * row[0], 2 * row[1], 2 * row[2], row[3]];
    return { size, affine: [twice(affine[0]), twice(affine[1]), twice(affine[2]), [0, 0, 0, 1]], data: taken };
  };
  return { image: half(image), labels: half(labels) };
}

/** Every second voxel along x a little brighter: what upsampling by two can leave behind. */
const striped = (volume: Volume): Volume => ({
  ...volume,
  data: volume.data.map((value, index) => value * (1 + 0.06 * ((index % 2) - 0.5))),
});

describe('a scan of an evaluation', () => {
  let truth: Truth;
  let found: ScanEvaluation;
  let ended: UpscalingMethod[];
  const of = (method: UpscalingMethod): MethodResult => {
    const result = found.result.methods.find((entry) => entry.method === method);
    if (result === undefined) throw new Error(`There is no ${method}.`);
    return result;
  };

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doppel-evaluation-'));
    const phantom = smaller(drawPhantom(5, 1, createFoldTemplate(5)));
    const [path, labelPath] = [join(folder, 'scan.nii.gz'), join(folder, 'labels.nii.gz')];
    await writeNifti(path, phantom.image, { storage: { kind: 'float32' }, description: '' });
    await writeNifti(labelPath, phantom.labels, { storage: { kind: 'uint8' }, description: '' });
    const source: TruthSource = { source: 'scan', path, sha256: 'ab', split: 'unseen', labelPath, lowPath: null };
    truth = await readTruth(source, { factor, profile: 'gaussian' }).finally(() => rm(folder, { recursive: true }));
    ended = [];
    found = await evaluateScan({
      source,
      truth,
      scannerModel: { factor, profile: 'gaussian', noise: 0.01, seed: 1 },
      enlargers: [
        { method: 'network', enlarge: () => Promise.resolve(truth.volume) }, // as good as can be
        { method: 'network-projected', enlarge: (low) => Promise.resolve(striped(enlarge(low, factor, 'cubic'))) },
        interpolated('nearest', 'nearest'),
        interpolated('trilinear', 'linear'),
        interpolated('cubic', 'cubic'),
      ],
      hasPictures: true,
      onMethod: (method) => ended.push(method),
    });
    expect(truth.volume.size).toEqual([48, 56, 48]);
  }, 180_000);

  it('is perfect where the result is the truth, to the noise of its input', () => {
    expect(of('network')).toMatchObject({ psnr: null, nrmse: 0, gradientError: 0, hfen: 0, dice: 1 });
    expect(of('network').ssim).toBeCloseTo(1, 10);
    expect(of('network').tissueMl).toEqual(found.result.tissueMl);
    expect(of('network').checkerboard).toBe(found.result.checkerboard);
    expect(of('network').dataConsistency).toBeGreaterThan(0.005);
    expect(of('network').dataConsistency).toBeLessThan(0.015);
  });

  it('finds the cubic B-spline nearest to the truth, by every measure', () => {
    for (const other of ['trilinear', 'nearest'] as const) {
      for (const measure of ['psnr', 'ssim'] as const)
        expect(of('cubic')[measure], `${measure} of ${other}`).toBeGreaterThan(of(other)[measure] ?? NaN);
      for (const measure of ['nrmse', 'gradientError', 'hfen'] as const)
        expect(of('cubic')[measure], `${measure} of ${other}`).toBeLessThan(of(other)[measure] ?? NaN);
    }
  });

  it('sees a pattern of every second voxel that costs little PSNR', () => {
    expect(of('network-projected').checkerboard).toBeGreaterThan(3 * (of('cubic').checkerboard ?? NaN));
    expect((of('cubic').psnr ?? NaN) - (of('network-projected').psnr ?? NaN)).toBeLessThan(1);
  });

  it('counts the tissues of its label map', () => {
    const { labelMl, tissueMl, voxels } = found.result;
    expect(labelMl).not.toBeNull();
    const sum = (volumes: typeof tissueMl): number => volumes.dark + volumes.medium + volumes.bright;
    expect(sum(tissueMl)).toBeCloseTo(voxels * 3.4 ** 3 * 1e-3, 1);
    expect(Math.abs((labelMl?.bright ?? NaN) / tissueMl.bright - 1)).toBeLessThan(0.35);
  });

  it('tells of every method, and draws pictures', () => {
    expect(ended).toEqual(['network', 'network-projected', 'nearest', 'trilinear', 'cubic']);
    expect(found.pictures?.whole.subarray(1, 4)).toEqual(Uint8Array.from(Buffer.from('PNG')));
    expect(found.pictures?.brightestError).toBeCloseTo(found.result.dataRange / 10);
  });
});
