/** How much two segmentations overlap: 2|A ∩ B| / (|A| + |B|) (Dice 1945, Ecology 26:297), class by class. */

/** Of the classes 1 … `classes` of two label maps of the same voxels; null where neither has the class. */
export function classDice(a: Uint8Array, b: Uint8Array, classes: number): readonly (number | null)[] {
  const [inA, inB, inBoth] = [1, 2, 3].map(() => new Float64Array(classes + 1)) as [Float64Array, Float64Array, Float64Array]; // prettier-ignore
  for (let index = 0; index < a.length; index++) {
    inA[a[index]!]!++;
    inB[b[index]!]!++;
    if (a[index] === b[index]) inBoth[a[index]!]!++;
  }
  return Array.from({ length: classes }, (_, at) => {
    const either = inA[at + 1]! + inB[at + 1]!;
    return either === 0 ? null : (2 * inBoth[at + 1]!) / either;
  });
}
