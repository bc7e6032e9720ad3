/** Folded brains of three tissues by a formula and a seed: as busy as a generator's scans, and drawn in a moment. */
import { createRandom } from '#shared/random.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';

export const low = 40;
export const high = 1000;

/** Intensities in [40, 1000] in the brain, exactly 0 around it. */
export function drawnScan(seed: number, side = 40): Volume {
  const random = createRandom(seed);
  const waves = Array.from({ length: 8 }, () => [0, 1, 2, 3].map((axis) => (axis === 3 ? 6.3 : 12) * (random.uniform() - 0.5)));
  const data = new Float32Array(side ** 3);
  for (let z = 0, index = 0; z < side; z++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++, index++) {
        const [u, v, w] = [x, y, z].map((at) => (2 * at) / (side - 1) - 1) as [number, number, number];
        const radius = Math.hypot(u / 0.8, v / 0.95, w / 0.8);
        if (radius >= 1) continue;
        const folds = waves.reduce((sum, [a = 0, b = 0, c = 0, d = 0]) => sum + Math.sin(a * u + b * v + c * w + d), 0);
        const tissue = Math.tanh(3 * (0.7 - radius + 0.12 * folds)); // white inside, grey in folds
        data[index] = Math.min(high, Math.max(low, 560 + 260 * tissue + 12 * random.normal()));
      }
  return { size: [side, side, side], affine: gridAffine(192 / side, [-96, -96, -96]), data };
} // prettier-ignore
