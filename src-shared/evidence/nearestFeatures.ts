/** Nearest scans in features, each feature in standard deviations of the scans that are searched. */

/** Features of a scan: as it is, and perhaps mirrored. */
export type FeatureViews = readonly Float32Array[];

export interface NearestFeatures {
  /** Number of the target. */
  readonly target: number;
  /** Root mean square over features, in standard deviations. */
  readonly distance: number;
}

/** Features that hardly vary tell nothing. */
const leastDeviation = 1e-6;

/** One over the standard deviation of each feature; 0 where it is constant. */
function scalesOf(targets: readonly Float32Array[]): Float64Array {
  return Float64Array.from(targets[0] ?? [], (_, feature) => {
    const values = targets.map((target) => target[feature] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return deviation > leastDeviation ? 1 / deviation : 0;
  });
}

/**
 * The nearest of `targets` to each query over its views. `without`: numbers of targets that are not looked at. Null where
 * none is left.
 */
export function createFeatureSearch(targets: readonly Float32Array[]) {
  const scales = scalesOf(targets);
  const used = Math.max(1, scales.filter((value) => value > 0).length);
  return (query: FeatureViews, without: ReadonlySet<number> = new Set()): NearestFeatures | null => {
    let best: NearestFeatures | null = null;
    for (const [target, row] of targets.entries()) {
      if (without.has(target)) continue;
      for (const view of query) {
        let sum = 0;
        for (let feature = 0; feature < scales.length; feature++) sum += (((view[feature] ?? 0) - (row[feature] ?? 0)) * (scales[feature] ?? 0)) ** 2; // prettier-ignore
        const distance = Math.sqrt(sum / used);
        if (best === null || distance < best.distance) best = { target, distance };
      }
    }
    return best;
  };
}
