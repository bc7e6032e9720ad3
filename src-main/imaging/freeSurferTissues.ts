/**
 * Label maps with FreeSurfer's numbers (FreeSurferColorLUT: aseg, as SynthSeg and SAMSEG write them too), summed to the
 * three tissues that a T1-weighted intensity can tell apart. Structures between grey and white go where they mostly belong.
 */

const fluid = [4, 5, 14, 15, 24, 31, 43, 44, 63, 72]; // ventricles, choroid plexus, CSF
const grey = [3, 8, 10, 11, 12, 17, 18, 26, 42, 47, 49, 50, 51, 53, 54, 58]; // cortex, cerebellar cortex, nuclei
const white = [2, 7, 13, 16, 28, 41, 46, 52, 60, 77, 85, 251, 252, 253, 254, 255]; // with pallidum, brain stem, ventral diencephalon
const blood = [30, 62]; // vessels: dark
/** Lateral ventricles with their inferior horns and the choroid plexus in them, left and right. */
const lateralVentricles: ReadonlySet<number> = new Set([4, 5, 31, 43, 44, 63]);
/** So many of a map's labelled voxels must have known numbers; the rest (scalp, lesions) is left out. */
const knownShare = 0.95;

const tissueOf: ReadonlyMap<number, 0 | 1 | 2> = new Map([
  ...[...fluid, ...blood].map((label) => [label, 0] as const),
  ...grey.map((label) => [label, 1] as const),
  ...white.map((label) => [label, 2] as const),
]);

/** 1, 2, 3 for fluid, grey and white matter, 0 for all else; null where the numbers are not FreeSurfer's. */
export function tissueMap(labels: Float32Array): Uint8Array | null {
  const tissues = new Uint8Array(labels.length);
  let [labelled, known] = [0, 0];
  for (let index = 0; index < labels.length; index++) {
    if (labels[index] === 0) continue;
    labelled++;
    const tissue = tissueOf.get(labels[index]!);
    if (tissue === undefined) continue;
    known++;
    tissues[index] = tissue + 1;
  }
  return labelled > 0 && known >= knownShare * labelled ? tissues : null;
}

/** Voxels of fluid, grey and white matter where `mask` is 1; null where the numbers are not FreeSurfer's. */
export function countTissues(labels: Float32Array, mask: Uint8Array): readonly [number, number, number] | null {
  const counts: [number, number, number] = [0, 0, 0];
  let labelled = 0;
  for (let index = 0; index < labels.length; index++) {
    if (mask[index] === 0 || labels[index] === 0) continue;
    labelled++;
    const tissue = tissueOf.get(labels[index]!);
    if (tissue !== undefined) counts[tissue]++;
  }
  const known = counts[0] + counts[1] + counts[2];
  return labelled > 0 && known >= knownShare * labelled ? counts : null;
}

/** Voxels of the lateral ventricles where `mask` is 1, of a map with FreeSurfer's numbers. */
export function countVentricles(labels: Float32Array, mask: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < labels.length; index++)
    if (mask[index] === 1 && lateralVentricles.has(labels[index]!)) count++;
  return count;
}
