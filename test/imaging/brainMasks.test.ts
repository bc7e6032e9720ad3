import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BrainMaskRequest } from '#contract/preprocess.ts';
import { cropMask, cropVolume } from '#imaging/crop.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createFoldTemplate, drawPhantom } from '#imaging/phantom.ts';
import { squaredDistance } from '#imaging/preprocess/distance.ts';
import { checkHead } from '#imaging/preprocess/head.ts';
import { matchMasks } from '#imaging/preprocess/maskFiles.ts';
import { maskScan, type MaskedScan } from '#imaging/preprocess/maskScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { scanFolder } from '#imaging/scanFolder.ts';
import { createRandom } from '#shared/random.ts';
import { shiftOrigin } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { describeShared, describeTemplates } from '../sharedData.ts';
import { diceOf, wrapInHead } from './phantomHead.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const automatic = (preset: 'human' | 'rodent', steps: BrainMaskRequest['steps'] = []): BrainMaskRequest => ({
  from: { method: 'automatic', preset },
  steps,
});

function wholeMask({ brain: { mask, box } }: MaskedScan, { size }: Volume): Uint8Array {
  return cropMask(mask, box.size, { first: [-box.first[0], -box.first[1], -box.first[2]], size });
}

const read = async (path: string): Promise<Volume> => turnToRas((await readVolume(path)).volume);
const marksOf = ({ data }: Volume): Uint8Array => Uint8Array.from(data, (value) => (value > 0 ? 1 : 0));

/** The masked scan's overlap with `truth`. */
async function diceWith(volume: Volume, truth: Uint8Array, request = automatic('human')): Promise<number> {
  return diceOf(wholeMask(await maskScan(volume, request, null), volume), truth);
}

it('distances are those to the nearest voxel, with voxels of any shape', () => {
  const size = [9, 7, 6] as const;
  const spacing = [1, 1.5, 2.2] as const;
  const random = createRandom(2);
  const mask = Uint8Array.from({ length: 9 * 7 * 6 }, () => (random.uniform() < 0.04 ? 1 : 0));
  const place = (index: number): number[] => [index % 9, Math.floor(index / 9) % 7, Math.floor(index / 63)];
  const expected = Array.from(mask, (_, from) =>
    Math.min(
      ...[...mask.keys()]
        .filter((to) => mask[to] === 1)
        .map((to) => place(from).reduce((sum, at, axis) => sum + ((at - (place(to)[axis] ?? 0)) * (spacing[axis] ?? 1)) ** 2, 0)), // prettier-ignore
    ),
  );
  squaredDistance(mask, size, spacing, 1).forEach((squared, index) => {
    expect(squared).toBeCloseTo(expected[index] ?? NaN, 4);
  });
});

describe('brain masks', () => {
  const phantom = drawPhantom(1, 1, createFoldTemplate(1));
  const human = wrapInHead(phantom, 1);

  it('are found in a head, for people and for rats', async () => {
    expect(await diceWith(human.volume, human.mask)).toBeGreaterThan(0.9);
    const rat = wrapInHead(phantom, 0.11);
    const masked = await maskScan(rat.volume, automatic('rodent'), null);
    expect(diceOf(wholeMask(masked, rat.volume), rat.mask)).toBeGreaterThan(0.9);
    expect(masked.warnings).toEqual([]);
  });

  it('are kept where the skull is gone already', async () => {
    expect(checkHead(human.volume).isWholeHead).toBe(true);
    expect(checkHead(phantom.image).isWholeHead).toBe(false);
    const masked = await maskScan(phantom.image, automatic('human'), null);
    expect(masked.record.method).toBe('kept');
    expect(diceOf(wholeMask(masked, phantom.image), marksOf(phantom.image))).toBeGreaterThan(0.99);
  });

  it('say so when their size is unlikely', async () => {
    const small = wrapInHead(phantom, 0.8);
    const { warnings } = await maskScan(small.volume, automatic('human'), null);
    expect(warnings.map(({ code }) => code)).toEqual(['mask-unsure']);
    expect(warnings[0]?.reason).toMatch(/ ml, where 900 to 2000 ml are usual/);
  });

  it('come from thresholds and morphology in mm', async () => {
    const size = [30, 30, 30] as const;
    const affine: Volume['affine'] = [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]]; // prettier-ignore
    const data = new Float32Array(27000);
    const fill = (first: number, last: number, value: number): void => {
      for (let z = first; z <= last; z++)
        for (let y = first; y <= last; y++) for (let x = first; x <= last; x++) data[x + 30 * (y + 30 * z)] = value;
    };
    fill(8, 20, 100);
    fill(14, 14, 0); // a hole of one voxel
    fill(25, 26, 100); // a speck apart
    const count = async (low: number, high: number | null, steps: BrainMaskRequest['steps']): Promise<number> => {
      const request: BrainMaskRequest = { from: { method: 'threshold', low, high }, steps };
      return (await maskScan({ size, affine, data }, request, null)).brain.mask.reduce((sum, mark) => sum + mark, 0);
    };
    const cube = 13 ** 3;
    expect(await count(50, null, [])).toBe(cube - 1 + 8);
    expect(await count(50, null, [{ do: 'fill' }, { do: 'largest' }])).toBe(cube);
    expect(await count(50, null, [{ do: 'fill' }, { do: 'largest' }, { do: 'erode', mm: 2 }])).toBe(11 ** 3);
    expect(await count(50, null, [{ do: 'fill' }, { do: 'largest' }, { do: 'dilate', mm: 2 }])).toBe(cube + 6 * 13 ** 2); // prettier-ignore
    expect(
      await count(50, null, [
        { do: 'close', mm: 3 },
        { do: 'open', mm: 4 },
      ]),
    ).toBeLessThan(cube + 1);
    await expect(count(150, 200, [])).rejects.toThrow(/No voxel is left in the brain mask/);
  });

  it('are the user’s own, matched by name, on the scan’s voxels, and refused elsewhere', async () => {
    const folder = temporaryFolder();
    const [scans, masks] = [join(folder, 'scans'), join(folder, 'masks')];
    await Promise.all([mkdir(scans), mkdir(masks)]);
    const storage = { kind: 'float32' } as const;
    const marks: Volume = { ...human.volume, data: Float32Array.from(human.mask) };
    for (const name of ['a', 'b']) {
      await writeNifti(join(scans, `${name}_T1w.nii`), phantom.image, { storage, description: '' });
      await writeNifti(join(masks, `${name}_mask.nii`), marks, { storage, description: '' });
    }
    const found = await matchMasks(masks, (await scanFolder(scans)).candidates);
    expect([...found]).toEqual([
      ['a_T1w.nii', join(masks, 'a_mask.nii')],
      ['b_T1w.nii', join(masks, 'b_mask.nii')],
    ]);

    const request: BrainMaskRequest = { from: { method: 'files', folder: masks }, steps: [] };
    const masked = await maskScan(human.volume, request, join(masks, 'a_mask.nii'));
    expect(wholeMask(masked, human.volume)).toEqual(human.mask);
    expect(masked.record.sourceSha256).toMatch(/^[0-9a-f]{64}$/);
    const moved = { ...human.volume, affine: shiftOrigin(human.volume.affine, [90, 0, 0]) };
    await expect(maskScan(moved, request, join(masks, 'a_mask.nii'))).rejects.toThrow(/outside of the scan/);
    await expect(maskScan(human.volume, request, null)).rejects.toThrow(/no mask for this scan/);
  });
});

describeShared('whole heads with true masks', 'heads', (folder) => {
  it('are told from brains, and masked: mean Dice 0.90, none below 0.86', async () => {
    const dice: number[] = [];
    for (const number of ['07', '09', '13', '20']) {
      const volume = await read(join(folder, `head-${number}_T1w.nii.gz`));
      const truth = marksOf(await read(join(folder, `head-${number}_mask.nii.gz`)));
      expect(checkHead(volume).isWholeHead).toBe(true);
      dice.push(await diceWith(volume, truth));
    }
    expect(dice.reduce((sum, value) => sum + value, 0) / dice.length).toBeGreaterThanOrEqual(0.9);
    expect(Math.min(...dice)).toBeGreaterThanOrEqual(0.86);
  });
});

/** A part of a volume, by shares of its axes: first and last of each. */
function partOf(volume: Volume, shares: readonly (readonly [number, number])[]): Volume {
  const first = volume.size.map((length, axis) => Math.round(length * (shares[axis]?.[0] ?? 0))) as [
    number,
    number,
    number,
  ];
  const size = volume.size.map((length, axis) => Math.round(length * (shares[axis]?.[1] ?? 1)) - (first[axis] ?? 0)) as [number, number, number]; // prettier-ignore
  return cropVolume(volume, { first, size }, 0);
}

/** Fields of view that cut off: the lower half, the top, the sides, all around, and slabs in each direction. */
const fieldsOfView = [
  [[0, 1], [0, 1], [0.5, 1]],
  [[0, 1], [0, 1], [0, 0.7]],
  [[0.2, 0.8], [0, 1], [0, 1]],
  [[0.15, 0.85], [0.15, 0.85], [0.35, 0.9]],
  [[0.4, 0.6], [0, 1], [0, 1]],
  [[0, 1], [0.4, 0.6], [0, 1]],
  [[0, 1], [0, 1], [0.5, 0.7]],
] as const; // prettier-ignore

describeShared('heads that the field of view cuts off', 'heads', (folder) => {
  it('are told from brains, cut off or whole', async () => {
    const head = await read(join(folder, 'head-20_T1w.nii.gz'));
    const truth = marksOf(await read(join(folder, 'head-20_mask.nii.gz')));
    const brain = { ...head, data: head.data.map((value, at) => (truth[at] === 1 ? value : 0)) };
    for (const shares of fieldsOfView) {
      expect(checkHead(partOf(head, shares)).isWholeHead, JSON.stringify(shares)).toBe(true);
      expect(checkHead(partOf(brain, shares)).isWholeHead, JSON.stringify(shares)).toBe(false);
    }
  });
});

describeShared('brains of the cohort', 'cohort', (folder) => {
  it('are taken for no heads, not the one with the widest sulci either', async () => {
    for (const subject of ['sub-01', 'sub-05', 'sub-16', 'sub-17'])
      expect(checkHead(await read(join(folder, subject, 'anat', `${subject}_T1w.nii.gz`))).isWholeHead, subject).toBe(false); // prettier-ignore
  });
});

describeTemplates('Colin’s head', (folder) => {
  it('is masked as ch2bet is: Dice 0.90', async () => {
    const [volume, stripped] = [await read(join(folder, 'ch2.nii.gz')), await read(join(folder, 'ch2bet.nii.gz'))];
    expect(checkHead(volume).isWholeHead).toBe(true);
    expect(checkHead(stripped).isWholeHead).toBe(false);
    expect(await diceWith(volume, marksOf(stripped))).toBeGreaterThanOrEqual(0.9);
  });
});
