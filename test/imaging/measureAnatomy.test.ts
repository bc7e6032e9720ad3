/** Phantoms with known volumes. What is asked for here is what was measured, with some room. */
import { describe, expect, it } from 'vitest';
import { measureAnatomy, measureLabels, type Anatomy, type TissueVolumes } from '#imaging/anatomy/measureAnatomy.ts';
import { cropVolume, type Box } from '#imaging/crop.ts';
import { createFoldTemplate, drawPhantom, phantomSize, phantomSpacingMm } from '#imaging/phantom.ts';

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
