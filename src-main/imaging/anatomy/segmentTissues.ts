/**
 * How much of each voxel of a T1-weighted brain is fluid, grey and white matter: a mixture with partial volume and
 * shading, and a Markov random field over the voxels (Zhang, Brady & Smith 2001, IEEE Trans. Med. Imaging 20:45) in the
 * mean-field approximation (Zhang 1992, IEEE Trans. Signal Process. 40:2570). Nothing is random.
 */
import type { BrainVoxels } from './brainVoxels.ts';
import { fitShadedTissues, type ShadedTissues } from './shading.ts';
import { binOf, kindTables, voxelKinds } from './tissueMixture.ts';

export interface TissueShares extends ShadedTissues {
  /** Of the brain's voxels in their order: 0 to 1, together 1. */
  readonly fluid: Float32Array;
  readonly grey: Float32Array;
  readonly white: Float32Array;
}

/** Energy of a pair of neighbouring voxels, a kind apart, whose centres are 1 mm apart; kinds farther apart cost more. */
const pairEnergy = 0.35;
const rounds = 4;

/** Energy of having each kind beside a voxel of the kinds in `beliefs`, for all voxels. */
function energiesBeside(beliefs: Float32Array, energies: Float32Array): void {
  for (let from = 0; from < beliefs.length; from += voxelKinds) {
    for (let kind = 0; kind < voxelKinds; kind++) {
      let energy = 0;
      for (let other = 0; other < voxelKinds; other++) energy += beliefs[from + other]! * Math.abs(kind - other);
      energies[from + kind] = energy;
    }
  }
}

/** The six neighbours of every brain voxel among the brain's voxels; −1 where there is none. */
function neighboursOf({ side, places }: BrainVoxels): Int32Array {
  const order = new Int32Array(side ** 3).fill(-1);
  places.forEach((index, at) => {
    order[index] = at;
  });
  const neighbours = new Int32Array(6 * places.length).fill(-1);
  [1, side, side * side].forEach((stride, axis) => {
    places.forEach((index, at) => {
      const place = Math.floor(index / stride) % side;
      if (place > 0) neighbours[6 * at + 2 * axis] = order[index - stride]!;
      if (place < side - 1) neighbours[6 * at + 2 * axis + 1] = order[index + stride]!;
    });
  });
  return neighbours;
}

/** Probabilities of the kinds of every voxel, [voxels · kinds]. */
function settleField(brain: BrainVoxels, intensities: Float32Array, evidence: Float32Array): Float32Array {
  const neighbours = neighboursOf(brain);
  const beliefs = new Float32Array(intensities.length * voxelKinds);
  const energies = new Float32Array(beliefs.length);
  // Voxels farther apart say less of one another.
  const energy = pairEnergy / Math.max(1, brain.spacingMm);
  for (let round = 0; round <= rounds; round++) {
    if (round > 0) energiesBeside(beliefs, energies);
    for (let at = 0; at < intensities.length; at++) {
      const table = binOf(intensities[at]!) * voxelKinds;
      let sum = 0;
      for (let kind = 0; kind < voxelKinds; kind++) {
        let around = 0;
        for (let face = 6 * at; round > 0 && face < 6 * at + 6; face++) {
          const neighbour = neighbours[face]!;
          if (neighbour >= 0) around += energies[neighbour * voxelKinds + kind]!;
        }
        const belief = evidence[table + kind]! * Math.exp(-energy * around);
        beliefs[at * voxelKinds + kind] = belief;
        sum += belief;
      }
      for (let kind = 0; kind < voxelKinds; kind++) beliefs[at * voxelKinds + kind]! /= sum;
    }
  }
  return beliefs;
}

export function segmentTissues(voxels: Float32Array, brain: BrainVoxels): TissueShares {
  const shaded = fitShadedTissues(voxels, brain);
  const { evidence, share } = kindTables(shaded.mixture);
  const { intensities } = shaded;
  const beliefs = settleField(brain, intensities, evidence);
  const fluid = new Float32Array(intensities.length);
  const white = new Float32Array(intensities.length);
  for (let at = 0; at < intensities.length; at++) {
    const table = binOf(intensities[at]!) * voxelKinds;
    const of = (kind: number): number => beliefs[at * voxelKinds + kind]!;
    fluid[at] = of(0) + of(1) * (1 - share[table + 1]!);
    white[at] = of(4) + of(3) * share[table + 3]!;
  }
  return { ...shaded, fluid, white, grey: fluid.map((value, at) => 1 - value - white[at]!) };
}
