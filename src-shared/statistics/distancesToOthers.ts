/** How far each scan of a dataset lies from the others. */
import { pearson } from './pearson.ts';

/**
 * 1 − correlation of each vector with the mean of all others; all of one length. A single one has distance 0.
 */
export function distancesToOthers(vectors: readonly Float32Array[]): readonly number[] {
  const length = vectors[0]?.length ?? 0;
  const sum = new Float64Array(length);
  for (const vector of vectors) for (let index = 0; index < length; index++) sum[index]! += vector[index]!;
  const others = new Float64Array(length); // their sum, which correlates as their mean does
  return vectors.map((vector) => {
    if (vectors.length < 2) return 0;
    for (let index = 0; index < length; index++) others[index] = sum[index]! - vector[index]!;
    return 1 - pearson(vector, others);
  });
}
