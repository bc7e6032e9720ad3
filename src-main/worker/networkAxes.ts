/**
 * Which axis of a scan takes the place of each axis of a network. A network that learned to make slices thinner from
 * bottom to top is used on a scan with thick slices from back to front with these two axes exchanged.
 */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Factor } from '#shared/volume/factor.ts';
import { permutations, type Axis } from '#shared/volume/orientation.ts';

export type AxisOrder = readonly [Axis, Axis, Axis];

const asTrained: AxisOrder = [0, 1, 2];
/** Axes are exchanged where the voxels of the result become more nearly cubic by at least this. */
const worthExchanging = 1.25;

/** How elongated the voxels of the result are: 1 for cubes. */
function elongation(spacingMm: Vector3, factor: Factor, order: AxisOrder): number {
  const lengths = order.map((axis, at) => spacingMm[axis] / (factor[at] ?? 1));
  return Math.max(...lengths) / Math.min(...lengths);
}

const moved = (order: AxisOrder): number => order.filter((axis, at) => axis !== at).length;

/** For the network's x, y, z in turn: the scan's RAS axis (spacing in mm) that takes its place. */
export function orderAxes(spacingMm: Vector3, factor: Factor): AxisOrder {
  const fewestFirst = permutations.toSorted((a, b) => moved(a) - moved(b));
  let best = asTrained;
  for (const order of fewestFirst) {
    if (elongation(spacingMm, factor, order) < elongation(spacingMm, factor, best) - 1e-9) best = order;
  }
  const gain = elongation(spacingMm, factor, asTrained) / elongation(spacingMm, factor, best);
  return gain >= worthExchanging ? best : asTrained;
}

export const isAsTrained = (order: AxisOrder): boolean => moved(order) === 0;

/** The order that takes a permuted volume back. */
export function inverseOrder(order: AxisOrder): AxisOrder {
  return [order.indexOf(0), order.indexOf(1), order.indexOf(2)] as [Axis, Axis, Axis];
}

/** The factor along the scan's RAS axes. */
export function factorAlongScan(factor: Factor, order: AxisOrder): Factor {
  const [x, y, z] = inverseOrder(order);
  return [factor[x], factor[y], factor[z]];
}
