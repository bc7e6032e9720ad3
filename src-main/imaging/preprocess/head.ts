/** The head in a scan, and whether there is one: does a dark shell, the skull, lie around what stands out from the air? */
import { determinant, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import { coarseAffine } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { isWholeHead } from '#shared/volume/wholeHead.ts';
import { BadScan } from '../badScan.ts';
import { degradeBlock } from '../degrade.ts';
import { otsuThreshold } from '../brainMask.ts';
import { percentilesOf } from '../percentiles.ts';
import { keepLargestRegion } from '../regions.ts';
import { between, countOnes, fillSlices } from './morphology.ts';
import { onWorkGrid } from './workGrid.ts';

export interface Head {
  /** 1 where tissue stands out from the air and from bone, in one piece. */
  readonly tissue: Uint8Array;
  /** The same with all it encloses. */
  readonly hull: Uint8Array;
  readonly threshold: number;
}

/** Between air and Otsu's threshold, which splits tissue from air and bone. */
const foregroundShare = 0.6;

/** Throws BadScan ('no-brain'). */
export function findHead({ data, size }: Volume): Head {
  const [low = 0, high = 0] = percentilesOf(data, null, [0.001, 0.998]);
  if (!(high > low))
    throw new BadScan('no-brain', 'Nothing in the scan stands out from the air. Check it in a viewer.');
  const threshold = low + foregroundShare * (otsuThreshold(data, low, high) - low);
  const tissue = between(data, threshold, Infinity);
  keepLargestRegion(tissue, size);
  return { tissue, hull: fillSlices(tissue, size), threshold };
}

/** Rays that are looked along, and the direction below which they would leave through the neck (cosine with up). */
const rays = 600;
const lowestRay = -0.2;
const goldenAngle = Math.PI * (3 - Math.sqrt(5));
/** As shares of the radius of a ball as large as the head: how thick a skull is at least, how deep it lies at most. */
const thinnestSkull = 0.035;
const deepestSkull = 0.35;
/** Of the rays that cross a skull: of brains up to 0.14 (cut off, 0.24) cross a wide sulcus; heads reach 0.29 to 0.9. */
const fewestCrossings = 0.25;
/** Voxels between tissue and the end of the field of view: nearer, the head goes on. */
const atBorder = 2;
/** Of the rays have to leave through air; of fewer, the others count as none that cross. */
const fewestSeen = 0.2;
/** Voxels that the head measures across, more or less, when it is looked at. */
const coarseVoxels = 100;

/** Spread evenly over the sphere, but for what points down. */
function directions(): Vector3[] {
  return Array.from({ length: rays }, (_, at): Vector3 => {
    const z = 1 - ((1 - lowestRay) * (at + 0.5)) / rays;
    const flat = Math.sqrt(1 - z * z);
    return [flat * Math.cos(at * goldenAngle), flat * Math.sin(at * goldenAngle), z];
  });
}

/** Whether the way inwards crosses tissue, then at least `gap` steps without, then tissue again, all within `reach`. */
function crossesSkull(isTissue: readonly boolean[], gap: number, reach: number): boolean {
  const outermost = isTissue.indexOf(true);
  if (outermost === -1) return false;
  let dark = 0;
  for (let at = outermost; at < Math.min(isTissue.length, outermost + reach); at++) {
    if (isTissue[at] !== true) dark++;
    else if (dark >= gap) return true;
    else dark = 0;
  }
  return false;
}

/** Means of about as many voxels as fit into `mm`: to smooth a whole scan would take half a second. */
function withFewVoxels(volume: Volume, mm: number): Volume {
  const fitting = (axis: 0 | 1 | 2): number => Math.max(1, Math.round(mm / spacingOf(volume.affine)[axis]));
  const factor: Vector3 = [fitting(0), fitting(1), fitting(2)];
  const along = (axis: 0 | 1 | 2): number => Math.floor(volume.size[axis] / factor[axis]);
  const size: Vector3 = [along(0), along(1), along(2)];
  const data = degradeBlock(volume, { factor, profile: 'box', first: [0, 0, 0], count: size });
  return { size, affine: coarseAffine(volume.affine, factor), data };
}

export interface HeadCheck {
  readonly isWholeHead: boolean;
  /** Share of the ways from the air to the middle that cross a skull. */
  readonly crossings: number;
  /** What stands out from the air, with all it encloses. */
  readonly millilitres: number;
}

/**
 * Whether the RAS scan shows a head, or part of one, rather than a brain without its skull: seen from at least a quarter
 * of the directions (but from below, and from where the field of view cuts it off), a dark shell lies between the
 * outermost tissue and what is inside; or it is larger than any brain. Lengths are shares of the head's size, so that species and units do not matter. Throws BadScan ('no-brain').
 */
export function checkHead(volume: Volume): HeadCheck {
  const extent = Math.max(...spacingOf(volume.affine).map((mm, axis) => mm * (volume.size[axis] ?? 1)));
  const coarse = onWorkGrid(withFewVoxels(volume, extent / coarseVoxels), extent / coarseVoxels);
  const { hull, threshold } = findHead(coarse);
  const [nx, ny] = coarse.size;
  const sum: [number, number, number] = [0, 0, 0];
  hull.forEach((mark, index) => {
    if (mark === 0) return;
    sum[0] += index % nx;
    sum[1] += Math.floor(index / nx) % ny;
    sum[2] += Math.floor(index / (nx * ny));
  });
  const count = countOnes(hull);
  const [mx, my, mz] = [sum[0] / count, sum[1] / count, sum[2] / count];
  const radius = Math.cbrt((3 * count) / (4 * Math.PI)); // voxels
  const step = 0.5;
  const isInside = (x: number, y: number, z: number): boolean =>
    x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < coarse.size[2];
  const steps = Math.ceil((2 * radius) / step);
  let [seen, crossing] = [0, 0];
  for (const [dx, dy, dz] of directions()) {
    const inwards: boolean[] = [];
    let outermost = -1;
    for (let left = steps; left > 0; left--) {
      const distance = left * step;
      const [x, y, z] = [
        Math.round(mx + distance * dx),
        Math.round(my + distance * dy),
        Math.round(mz + distance * dz),
      ];
      const isTissue = isInside(x, y, z) && coarse.data[x + nx * (y + ny * z)]! > threshold;
      if (isTissue && outermost === -1) outermost = distance;
      inwards.push(isTissue);
    }
    const beyond = outermost + atBorder;
    if (outermost === -1 || !isInside(Math.round(mx + beyond * dx), Math.round(my + beyond * dy), Math.round(mz + beyond * dz))) continue; // prettier-ignore
    seen++;
    if (crossesSkull(inwards, (thinnestSkull * radius) / step, (deepestSkull * radius) / step)) crossing++;
  }
  const crossings = crossing / Math.max(seen, fewestSeen * rays);
  const millilitres = (count * Math.abs(determinant(coarse.affine))) / 1000;
  return { isWholeHead: crossings >= fewestCrossings || isWholeHead(millilitres), crossings, millilitres };
}
