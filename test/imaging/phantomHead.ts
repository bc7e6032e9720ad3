/** A head around a phantom's brain: fluid, skull, scalp and a neck of muscle, with the true mask of the brain. */
import type { PhantomScan } from '#imaging/phantom.ts';
import { squaredDistance } from '#imaging/preprocess/distance.ts';
import { close } from '#imaging/preprocess/morphology.ts';
import { clearEnclosed } from '#imaging/regions.ts';
import { createRandom } from '#shared/random.ts';
import { scaleAffine, spacingOf } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';

/** In mm of a human head: how far from the brain each layer reaches. */
const layers = { fluid: 3, skull: 9, scalp: 15 } as const;

/** Label of the fluid around the brain. */
const outerFluid = 24;

/** `scale`: of all lengths, 1 for a human head. Padded with air; noise as of a scanner. */
export function wrapInHead({ image, labels }: PhantomScan, scale: number): { volume: Volume; mask: Uint8Array } {
  const pad = 12;
  const size = [image.size[0] + 2 * pad, image.size[1] + 2 * pad, image.size[2] + 2 * pad] as const;
  const spacing = spacingOf(image.affine);
  const count = size[0] * size[1] * size[2];
  const [brain, inside] = [new Float32Array(count), new Uint8Array(count)];
  const [nx, ny] = image.size;
  image.data.forEach((value, index) => {
    const [x, y, z] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    const at = x + pad + size[0] * (y + pad + size[1] * (z + pad));
    brain[at] = value;
    const label = labels.data[index] ?? 0;
    inside[at] = label > 0 && label !== outerFluid ? 1 : 0;
  });
  const mask = close(inside, { size, spacing }, 4);
  clearEnclosed(mask, size, 0);
  const far = squaredDistance(close(mask, { size, spacing }, 10), size, spacing, 1);
  const random = createRandom(4);
  const lowest = inside.indexOf(1) / (size[0] * size[1]);
  const data = far.map((squared, index) => {
    const distance = Math.sqrt(squared);
    const isNeck = index / (size[0] * size[1]) < lowest + 12;
    const around =
      distance <= layers.fluid ? 25 : isNeck ? (distance < 24 ? 65 : 0) : distance < layers.skull ? 14 : distance < layers.scalp ? 120 : 0; // prettier-ignore
    const value = mask[index] === 1 ? (brain[index] ?? 0) : around;
    return Math.hypot(value + 2 * random.normal(), 2 * random.normal());
  });
  return { volume: { size, affine: scaleAffine(image.affine, scale), data }, mask };
}

/** 2|A ∩ B| / (|A| + |B|) of two masks (Dice 1945, Ecology 26:297). */
export function diceOf(a: Uint8Array, b: Uint8Array): number {
  let [both, sum] = [0, 0];
  a.forEach((mark, index) => {
    both += mark & (b[index] ?? 0);
    sum += mark + (b[index] ?? 0);
  });
  return (2 * both) / sum;
}
