/**
 * Phantoms with known volumes, and the shared cohort with its label maps. What is asked for here is what was measured,
 * with some room; docs/evidence.md states the figures.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureAnatomy, measureLabels, type Anatomy, type TissueVolumes } from '#imaging/anatomy/measureAnatomy.ts';
import { cropVolume, type Box } from '#imaging/crop.ts';
import { createFoldTemplate, drawPhantom, phantomSize, phantomSpacingMm } from '#imaging/phantom.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { resampleLabels, resampleToGrid } from '#imaging/resampleToGrid.ts';
import { snapAffine } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import { describeShared } from '../sharedData.ts';

const seed = 5;
const template = createFoldTemplate(seed);
const side = 112;
const grid = { side, spacingMm: phantomSpacingMm };
const cube: Box = {
  first: [(phantomSize[0] - side) / 2, (phantomSize[1] - side) / 2, (phantomSize[2] - side) / 2],
  size: [side, side, side],
};

/** A phantom on a cubic grid, its intensities from -1 to 1, with its label map. */
function phantomOnGrid(number: number): { voxels: Float32Array; labels: Float32Array } {
  const { image, labels } = drawPhantom(seed, number, template);
  const onLabels = cropVolume(labels, cube, 0).data;
  const voxels = cropVolume(image, cube, 0).data.map((value, index) =>
    onLabels[index] === 0 ? -1 : Math.min(1, Math.max(-0.999, value / 100 - 1)),
  );
  return { voxels, labels: onLabels };
}

function tissuesOf({ tissues }: Anatomy): TissueVolumes {
  if (tissues === null) throw new Error('No tissues were found.');
  return tissues;
}

/** How far a value is off, as a share of the truth. */
const error = (value: number, truth: number): number => Math.abs(value / truth - 1);

describe('the anatomy of a phantom', () => {
  const phantoms = [1, 3].map((number) => {
    const { voxels, labels } = phantomOnGrid(number);
    return { voxels, truth: measureLabels(labels, voxels, grid), anatomy: measureAnatomy(voxels, grid) };
  });

  it('has the tissues that it was drawn with', () => {
    for (const { truth, anatomy } of phantoms) {
      const found = tissuesOf(anatomy);
      expect(anatomy.contrast).toBe('t1-like');
      expect(error(found.fluidMl, truth?.fluidMl ?? 0)).toBeLessThan(0.04);
      expect(error(found.greyMl, truth?.greyMl ?? 0)).toBeLessThan(0.04);
      expect(error(found.whiteMl, truth?.whiteMl ?? 0)).toBeLessThan(0.04);
      expect(found.fluidMl + found.greyMl + found.whiteMl).toBeCloseTo(anatomy.brainMl, 1);
    }
  });

  it('has the larger ventricles where they were drawn larger', () => {
    const [small, large] = phantoms.map(({ anatomy }) => tissuesOf(anatomy).ventriclesMl / anatomy.brainMl);
    const [drawnSmall, drawnLarge] = phantoms.map(({ truth }) => truth?.ventriclesMl ?? 0);
    expect(drawnSmall).toBeLessThan(drawnLarge ?? 0);
    expect(small).toBeLessThan(large ?? 0);
  });

  it('has no tissues where white matter is the darker, or there is no contrast', () => {
    const voxels = phantoms[0]?.voxels ?? new Float32Array();
    const inverted = voxels.map((value) => (value > -1 ? -0.9 * value : -1));
    const flat = voxels.map((value) => (value > -1 ? 0.3 : -1));
    for (const other of [inverted, flat])
      expect(measureAnatomy(other, grid)).toMatchObject({ contrast: 'other', tissues: null });
  });

  it('is nothing in an empty scan', () => {
    const voxels = new Float32Array(16 ** 3).fill(-1);
    expect(measureAnatomy(voxels, { side: 16, spacingMm: 10 })).toEqual({ brainMl: 0, asymmetry: null, contrast: 'other', tissues: null }); // prettier-ignore
  });
});

describeShared('the anatomy of the cohort at 64³', 'cohort', (folder) => {
  it('has the ventricles that its label maps have, small and large', async () => {
    const settings = { grid: 64, spacingMm: 3.4 };
    for (const subject of ['sub-13', 'sub-12', 'sub-18']) {
      const scan = await prepareScan(join(folder, subject, 'anat', `${subject}_T1w.nii.gz`));
      const { volume } = resampleToGrid(scan, settings);
      const map = join(folder, 'derivatives', 'labels', subject, 'anat', `${subject}_dseg.nii.gz`);
      const whole = turnToRas((await readVolume(map)).volume);
      const labels = resampleLabels({ ...whole, affine: snapAffine(whole.affine) }, 64, volume.affine).data;
      const cubic = { side: 64, spacingMm: settings.spacingMm };
      const truth = measureLabels(labels, volume.data, cubic)?.ventriclesMl ?? 0;
      const { ventriclesMl } = tissuesOf(measureAnatomy(volume.data, cubic));
      // The cohort's label maps leave the choroid plexus out, which is drawn as dark as fluid.
      expect(ventriclesMl).toBeGreaterThan(0.8 * truth);
      expect(ventriclesMl).toBeLessThan(1.4 * truth + 4);
    }
  });
});
