/** Exponential smoothing of a curve with gaps, without the pull towards zero at its beginning (Kingma & Ba 2015, §3). */

/** `weight` in [0, 1): how much of the past stays at each point. 0 gives the values back; gaps stay gaps. */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let mean = 0;
  let share = 1; // what of `mean` is still the zero it began with
  return values.map((value) => {
    if (value === null) return null;
    mean = weight * mean + (1 - weight) * value;
    share *= weight;
    return mean / (1 - share);
  });
}
