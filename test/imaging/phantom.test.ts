import { beforeAll, describe, expect, it } from 'vitest';
import { createFoldTemplate, drawPhantom, phantomSize, phantomSpacingMm, type PhantomScan } from '#imaging/phantom.ts';
import { phantomStructures } from '#imaging/phantomTissue.ts';

const seed = 5;

function countLabel(scan: PhantomScan, wanted: readonly number[]): number {
  let count = 0;
  for (const label of scan.labels.data) if (wanted.includes(label)) count++;
  return count;
}

/** Middle intensity of a structure. */
function medianOf(scan: PhantomScan, wanted: readonly number[]): number {
  const found = scan.image.data.filter((_, index) => wanted.includes(scan.labels.data[index] ?? 0)).sort();
  return found[Math.floor(found.length / 2)] ?? Number.NaN;
}

describe('a phantom brain', () => {
  const template = createFoldTemplate(seed);
  let scans: readonly PhantomScan[];
  beforeAll(() => {
    scans = [1, 2, 3, 4].map((number) => drawPhantom(seed, number, template));
  });
  const first = (): PhantomScan => scans[0] ?? drawPhantom(seed, 1, template);

  it('is the same for the same seed and number, and another for another', () => {
    const again = drawPhantom(seed, 1, createFoldTemplate(seed));
    expect(again.image.data).toEqual(first().image.data);
    expect(again.labels.data).toEqual(first().labels.data);
    expect(scans[1]?.image.data).not.toEqual(first().image.data);
    expect(drawPhantom(seed + 1, 1, createFoldTemplate(seed + 1)).image.data).not.toEqual(first().image.data);
  });

  it('has the volumes that its label map counts, within what people have', () => {
    const voxelMl = phantomSpacingMm ** 3 / 1000;
    for (const scan of scans) {
      const brain = scan.labels.data.reduce((sum, label) => sum + (label !== 0 && label !== 24 ? 1 : 0), 0) * voxelMl;
      expect(scan.brainMl).toBeCloseTo(brain, 6);
      expect(scan.ventricleMl).toBeCloseTo(countLabel(scan, [4, 43]) * voxelMl, 6);
      expect(scan.brainMl).toBeGreaterThan(750);
      expect(scan.brainMl).toBeLessThan(1600);
      expect(scan.ventricleMl).toBeGreaterThan(3);
      expect(scan.ventricleMl).toBeLessThan(110);
    }
    expect(new Set(scans.map((scan) => scan.ventricleMl)).size).toBe(scans.length);
  });

  it('has every structure, on both sides', () => {
    for (const { index, name } of phantomStructures) {
      expect(countLabel(first(), [index]), name).toBeGreaterThan(10);
    }
  });

  it('is brighter in white matter than in grey, and darkest in fluid', () => {
    for (const scan of scans) {
      const [white, grey, fluid] = [medianOf(scan, [2, 41]), medianOf(scan, [3, 42]), medianOf(scan, [4, 43])];
      expect(white).toBeGreaterThan(grey + 25);
      expect(grey).toBeGreaterThan(fluid + 25);
    }
  });

  it('has 0 outside the head, whole numbers up to 255 inside, and does not touch the edge of the grid', () => {
    const [nx, ny, nz] = phantomSize;
    for (const { image, labels } of scans) {
      for (let index = 0; index < image.data.length; index++) {
        const value = image.data[index] ?? -1;
        if (!Number.isInteger(value) || value < 0 || value > 255) expect.fail(`intensity ${String(value)}`);
        if (labels.data[index] !== 0 && value === 0) expect.fail('labelled background');
        const [i, j, k] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
        const isEdge = Math.min(i, j, k, nx - 1 - i, ny - 1 - j, nz - 1 - k) < 1;
        if (isEdge && value !== 0) expect.fail(`brain at the edge: ${String([i, j, k])}`);
      }
    }
  });

  it('is not its own mirror image: left and right can be told apart', () => {
    // The right hemisphere lies before the left one: the foremost and hindmost cortex of the two sides differ as in people.
    const [nx, ny] = phantomSize;
    const meanY = (scan: PhantomScan, label: number): number => {
      let sum = 0;
      let count = 0;
      scan.labels.data.forEach((found, index) => {
        if (found !== label) return;
        sum += (Math.floor(index / nx) % ny) * phantomSpacingMm;
        count++;
      });
      return sum / count;
    };
    const lead = scans.map((scan) => meanY(scan, 42) - meanY(scan, 3));
    expect(lead.reduce((sum, mm) => sum + mm, 0) / lead.length).toBeGreaterThan(0.5);
  });

  it('folds its cortex: far more surface than a smooth hull of the same volume has', () => {
    const [nx, ny] = phantomSize;
    const { data } = first().labels;
    let faces = 0;
    let cortexAndWhite = 0;
    const isBrain = (label: number | undefined): boolean => label === 2 || label === 3 || label === 41 || label === 42;
    const isWhite = (label: number | undefined): boolean => label === 2 || label === 41;
    for (let index = nx * ny; index < data.length - nx * ny; index++) {
      if (isBrain(data[index])) cortexAndWhite++;
      for (const step of [1, nx, nx * ny]) {
        const [here, next] = [data[index], data[index + step]];
        if (isBrain(here) && isBrain(next) && isWhite(here) !== isWhite(next)) faces++;
      }
    }
    const sphere = 4.836 * cortexAndWhite ** (2 / 3) * 1.5; // faces of a digital ball of that volume
    expect(faces / sphere).toBeGreaterThan(1.5);
  });
});
