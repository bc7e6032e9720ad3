/** Copies as they are planted among new scans: what somebody might do to a scan to hide where it comes from. */
import type { EvidenceScan } from '#shared/evidence/scans.ts';
import { createRandom, type Random } from '#shared/random.ts';

export const side = 64;

/** The voxels of the places that `from` names; background beyond the faces. */
function moved(voxels: Float32Array, from: (x: number, y: number, z: number) => readonly [number, number, number]): Float32Array {
  const isInside = (at: number): boolean => at >= 0 && at < side;
  return voxels.map((_, index) => {
    const [x, y, z] = from(index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2));
    return isInside(x) && isInside(y) && isInside(z) ? (voxels[x + side * (y + side * z)] ?? -1) : -1;
  });
} // prettier-ignore

type Disguise = (voxels: Float32Array, random: Random) => Float32Array;

/** Of the range of 2: 5 %, 10 % and 20 %. */
const noisy = (deviation: number): Disguise => (voxels, random) => voxels.map((value) => value + deviation * random.normal()); // prettier-ignore
const flipped: Disguise = (voxels) => moved(voxels, (x, y, z) => [side - 1 - x, y, z]);
const shifted: Disguise = (voxels) => moved(voxels, (x, y, z) => [x + 4, y - 3, z + 2]);

const disguises: Readonly<Record<string, Disguise>> = {
  exact: (voxels) => voxels,
  'noise of 0.1': noisy(0.1),
  'noise of 0.2': noisy(0.2),
  'noise of 0.4': noisy(0.4),
  shifted,
  flipped,
  rescaled: (voxels) => voxels.map((value) => (value <= -1 ? -1 : 0.6 * value - 0.1)),
  'gamma 1.6': (voxels) => voxels.map((value) => 2 * ((value + 1) / 2) ** 1.6 - 1),
  sideways: (voxels) => moved(voxels, (x, y, z) => [y, side - 1 - z, x]),
  'flipped, shifted, noisy': (voxels, random) => noisy(0.3)(flipped(shifted(voxels, random), random), random),
};

/** `each` copies in each disguise; `id` begins with that of the source and a slash. */
export function plant(
  training: readonly EvidenceScan[],
  { seed, each }: { readonly seed: number; readonly each: number },
): readonly EvidenceScan[] {
  const random = createRandom(seed);
  return Object.entries(disguises).flatMap(([name, disguise]) =>
    Array.from({ length: each }, (_, copy): EvidenceScan => {
      const source = training[random.integer(training.length)];
      if (source === undefined) throw new RangeError('There is nobody to copy.');
      return { id: `${source.id}/${name}/${String(copy)}`, role: 'synthetic', voxels: disguise(source.voxels, random), labels: null }; // prettier-ignore
    }),
  );
}
