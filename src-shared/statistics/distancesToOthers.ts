/** How far each scan of a dataset lies from the others. */

/**
 * 1 − correlation of each vector with the mean of all others; all of one length. A single one has distance 0.
 */
export function distancesToOthers(vectors: readonly Float32Array[]): readonly number[] {
  const length = vectors[0]?.length ?? 0;
  const sum = new Float64Array(length);
  for (const vector of vectors) for (let index = 0; index < length; index++) sum[index]! += vector[index]!;
  return vectors.map((vector) => (vectors.length < 2 ? 0 : 1 - correlation(vector, sum)));
}

/** Of a vector with the sum of all less the vector itself. */
function correlation(vector: Float32Array, sum: Float64Array): number {
  const length = vector.length;
  let [own, others] = [0, 0];
  for (let index = 0; index < length; index++) {
    own += vector[index]! / length;
    others += (sum[index]! - vector[index]!) / length;
  }
  let [ownSquares, otherSquares, product] = [0, 0, 0];
  for (let index = 0; index < length; index++) {
    const [x, y] = [vector[index]! - own, sum[index]! - vector[index]! - others];
    ownSquares += x * x;
    otherSquares += y * y;
    product += x * y;
  }
  return ownSquares === 0 || otherSquares === 0 ? 0 : product / Math.sqrt(ownSquares * otherSquares);
}
