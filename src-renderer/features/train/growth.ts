/** How far a network that grows has come, by what was measured last. */
import type { LossSeries } from './lossSeries.ts';

export interface Grown {
  /** Voxels a side of the scans it learns. */
  readonly side: number;
  /** Weight of that resolution, 0 to 1; below 1 while it is faded in. */
  readonly fade: number;
  /** Scans it has been shown. */
  readonly scans: number;
}

/** Null for a network that does not grow, or of which nothing is known yet. */
export function grownOf({ values }: LossSeries): Grown | null {
  const last = (name: string): number | null => values[`growth.${name}`]?.findLast((value) => value !== null) ?? null;
  const [side, fade, scans] = [last('side'), last('fade'), last('scans')];
  return side === null || fade === null || scans === null ? null : { side, fade, scans };
}
