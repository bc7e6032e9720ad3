import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cropVolume } from '#imaging/crop.ts';
import {
  addNoise,
  degrade,
  degradeBlock,
  intensityScale,
  normalisedScale,
  type Degradation,
} from '#imaging/degrade.ts';
import { profileReach, profileWeights } from '#imaging/sliceProfile.ts';
import { createRandom } from '#shared/random.ts';
import { applyAffine, type Vector3 } from '#shared/volume/affine.ts';
import { coarseAffine, fineAffine, sliceProfiles, type Factor } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { brainValues, twoMillimetres } from './scanFixture.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const golden = z
  .object({
    size: triple,
    voxels: z.array(z.number()),
    cases: z.array(
      z.object({ factor: triple, profile: z.enum(sliceProfiles), size: triple, voxels: z.array(z.number()) }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/imaging/scanner_model.json', import.meta.url), 'utf8')));

const noiseless = { noise: 0, seed: 0 } as const;
const factors: readonly Factor[] = [
  [2, 2, 2],
  [4, 4, 4],
  [1, 1, 4],
  [3, 1, 2],
];

function randomVolume(size: Vector3, seed = 1): Volume {
  const random = createRandom(seed);
  return { size, affine: twoMillimetres, data: random.normals(size[0] * size[1] * size[2]) };
}

/** A smooth blob of 6 mm about a point in mm, on 1 mm voxels. */
function blobVolume(size: Vector3, centre: Vector3): Volume {
  const affine: Volume['affine'] = [
    [1, 0, 0, -20],
    [0, 1, 0, -25],
    [0, 0, 1, 12],
    [0, 0, 0, 1],
  ];
  const data = new Float32Array(size[0] * size[1] * size[2]);
  for (let at = 0; at < data.length; at++) {
    const index = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / size[0] / size[1])] as const;
    const place = applyAffine(affine, index);
    const squared = place.reduce((sum, value, axis) => sum + (value - (centre[axis] ?? NaN)) ** 2, 0);
    data[at] = Math.exp(-squared / (2 * 3 ** 2));
  }
  return { size, affine, data };
}

function centreOfMass({ size, affine, data }: Volume): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  let mass = 0;
  data.forEach((value, at) => {
    mass += value;
    sum[0] += value * (at % size[0]);
    sum[1] += value * (Math.floor(at / size[0]) % size[1]);
    sum[2] += value * Math.floor(at / size[0] / size[1]);
  });
  return applyAffine(affine, [sum[0] / mass, sum[1] / mass, sum[2] / mass]);
}

describe('a slice profile', () => {
  it.each(sliceProfiles)('has weights that sum to 1 and are symmetric: %s', (profile) => {
    for (const f of [1, 2, 3, 4, 8]) {
      const weights = [...profileWeights(f, profile)];
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      weights.forEach((weight, at) => {
        expect(weight).toBeCloseTo(weights[weights.length - 1 - at] ?? NaN, 14);
      });
    }
  });

  it('is the identity along an axis that is not made coarser', () => {
    for (const profile of sliceProfiles) expect([...profileWeights(1, profile)]).toEqual([1]);
  });

  it('is as wide at half its height as the slice is thick: gaussian', () => {
    const weights = profileWeights(4, 'gaussian');
    const [middle, edge] = [weights.length / 2, weights.length / 2 - 2]; // at 0.5 and 2.5 voxels from the middle
    const ratio = (weights[edge - 1] ?? NaN) / (weights[middle] ?? NaN);
    expect(ratio).toBeCloseTo(2 ** -((2.5 / 2) ** 2 - (0.5 / 2) ** 2), 12);
  });
});

describe('the scanner model', () => {
  it.each(golden.cases)('gives what scipy gives: $profile $factor', ({ factor, profile, size, voxels }) => {
    const volume: Volume = { size: golden.size, affine: twoMillimetres, data: Float32Array.from(golden.voxels) };
    const coarse = degrade(volume, { factor, profile, ...noiseless });
    expect([...coarse.size]).toEqual(size);
    voxels.forEach((value, at) => {
      expect(Math.abs((coarse.data[at] ?? NaN) - value)).toBeLessThan(1e-3);
    });
  });

  it.each(sliceProfiles)('gives for a patch with its halo the bits it gives for the whole scan: %s', (profile) => {
    for (const factor of factors) {
      const volume = randomVolume([84, 60, 92]);
      const whole = degrade(volume, { factor, profile, ...noiseless });
      const reach = profileReach(factor, profile);
      const count: Vector3 = [3, 2, 4];
      const from = reach.map((voxels, axis) => Math.ceil(voxels / (factor[axis] ?? 1)) + 1) as [number, number, number];
      const first = from.map((low, axis) => low * (factor[axis] ?? 1) - (reach[axis] ?? 0));
      const size = count.map((low, axis) => low * (factor[axis] ?? 1) + 2 * (reach[axis] ?? 0));
      const piece = cropVolume(
        volume,
        { first: first as [number, number, number], size: size as [number, number, number] },
        NaN,
      );
      const block = degradeBlock(piece, { factor, profile, first: reach, count });
      const expected = cropVolume(whole, { first: from, size: count }, NaN).data;
      expect(block).toEqual(expected);
    }
  });

  it('repeats the outermost voxels for a patch at the end of a scan as it does for the scan', () => {
    const volume = randomVolume([20, 20, 20]);
    const model = { factor: [2, 2, 2], profile: 'gaussian' } as const;
    const whole = degrade(volume, { ...model, ...noiseless });
    const corner = cropVolume(volume, { first: [0, 0, 0], size: [8, 8, 8] }, NaN);
    const block = degradeBlock(corner, { ...model, first: [0, 0, 0], count: [3, 3, 3] });
    expect(block).toEqual(cropVolume(whole, { first: [0, 0, 0], size: [3, 3, 3] }, NaN).data);
  });

  it.each(sliceProfiles)('leaves a structure where it is, in millimetres: %s', (profile) => {
    const centre: Vector3 = [4.3, -1.7, 38.2];
    const volume = blobVolume([48, 48, 52], centre);
    for (const factor of factors) {
      const coarse = degrade(volume, { factor, profile, ...noiseless });
      centreOfMass(coarse).forEach((value, axis) => {
        expect(Math.abs(value - (centre[axis] ?? NaN))).toBeLessThan(0.01);
      });
    }
  });

  it('keeps the outer faces of the scan where they are, and takes them back', () => {
    for (const factor of factors) {
      const coarse = coarseAffine(twoMillimetres, factor);
      const face = applyAffine(twoMillimetres, [-0.5, -0.5, -0.5]);
      applyAffine(coarse, [-0.5, -0.5, -0.5]).forEach((value, axis) => {
        expect(value).toBeCloseTo(face[axis] ?? NaN, 10);
      });
      fineAffine(coarse, factor)
        .flat()
        .forEach((value, at) => {
          expect(value).toBeCloseTo(twoMillimetres.flat()[at] ?? NaN, 10);
        });
    }
  });

  it('makes whole blocks only, and refuses a scan without one', () => {
    const { size } = degrade(randomVolume([11, 8, 9]), { factor: [4, 4, 4], profile: 'box', ...noiseless });
    expect(size).toEqual([2, 2, 2]);
    expect(() => degrade(randomVolume([3, 8, 9]), { factor: [4, 4, 4], profile: 'box', ...noiseless })).toThrow(
      /3 × 8 × 9 voxels/,
    );
  });
});

describe('noise', () => {
  const brain: Volume = { size: [40, 44, 36], affine: twoMillimetres, data: brainValues([40, 44, 36]) };
  const noisy = (given: Partial<Degradation>): Volume =>
    degrade(brain, { factor: [1, 1, 2], profile: 'box', noise: 0.02, seed: 3, ...given });

  it('repeats with its seed, differs with another', () => {
    expect(noisy({}).data).toEqual(noisy({}).data);
    expect(noisy({}).data).not.toEqual(noisy({ seed: 4 }).data);
  });

  it('has the same share of the intensity range in a raw scan as in one brought to [-1, 1]', () => {
    const { range, background } = intensityScale(brain);
    expect(background).toBe(0);
    const still = noisy({ noise: 0 }).data;
    const differences = noisy({})
      .data.map((value, at) => value - (still[at] ?? NaN))
      .filter((_, at) => still[at] !== 0);
    const deviation = Math.sqrt(differences.reduce((sum, value) => sum + value * value, 0) / differences.length);
    expect(deviation / range).toBeCloseTo(0.02, 3);
    const flat = new Float32Array(40_000);
    addNoise(flat, { deviation: 0.02 * normalisedScale.range, background: -1 }, createRandom(1));
    expect(Math.sqrt(flat.reduce((sum, value) => sum + value * value, 0) / flat.length) / 2).toBeCloseTo(0.02, 3);
  });

  it('leaves an exact background exact, and covers the air of a scan that has none', () => {
    const { data } = noisy({});
    const still = noisy({ noise: 0 }).data;
    expect(data.every((value, at) => (still[at] === 0) === (value === 0))).toBe(true);
    const airy: Volume = { ...brain, data: brain.data.map((value, at) => value + (at % 3)) };
    expect(intensityScale(airy).background).toBeNull();
  });
});
