/** The head in a scan, and whether there is one: does a dark shell, the skull, lie around what stands out from the air? */
import { determinant, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';
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
/** Of the rays that cross a skull: of brains up to 0.14 cross a wide sulcus; heads reach 0.3 to 0.9. */
const fewestCrossings = 0.25;
/** More than the largest human brain, in one piece with its fluid. */
const largestBrainMl = 2300;
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

export interface HeadCheck {
  readonly isWholeHead: boolean;
  /** Share of the ways from outside to the middle that cross a skull. */
  readonly crossings: number;
  /** What stands out from the air, with all it encloses. */
  readonly millilitres: number;
}

/**
 * Whether the RAS scan shows a whole head rather than a brain without its skull: seen from at least a quarter of the
 * directions (but from below), a dark shell lies between the outermost tissue and what is inside; or it is larger than
 * any brain. Lengths are shares of the head's size, so that species and units do not matter. Throws BadScan ('no-brain').
 */
export function checkHead(volume: Volume): HeadCheck {
  const extent = Math.max(...spacingOf(volume.affine).map((mm, axis) => mm * (volume.size[axis] ?? 1)));
  const coarse = onWorkGrid(volume, extent / coarseVoxels);
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
  const middle = sum.map((total) => total / count);
  const radius = Math.cbrt((3 * count) / (4 * Math.PI)); // voxels
  const step = 0.5;
  const isTissue = (direction: Vector3, distance: number): boolean => {
    const [x = 0, y = 0, z = 0] = middle.map((at, axis) => Math.round(at + distance * (direction[axis] ?? 0)));
    const isInside = x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < coarse.size[2];
    return isInside && coarse.data[x + nx * (y + ny * z)]! > threshold;
  };
  const steps = Math.ceil((2 * radius) / step);
  const crossing = directions().filter((direction) => {
    const inwards = Array.from({ length: steps }, (_, at) => isTissue(direction, (steps - at) * step));
    return crossesSkull(inwards, (thinnestSkull * radius) / step, (deepestSkull * radius) / step);
  });
  const crossings = crossing.length / rays;
  const millilitres = (count * Math.abs(determinant(coarse.affine))) / 1000;
  return { isWholeHead: crossings >= fewestCrossings || millilitres > largestBrainMl, crossings, millilitres };
}
