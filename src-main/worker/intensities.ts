/** From what a generator makes, in [-1, 1], to the intensities of the scans it learned from. */
import type { Storage } from '#imaging/niftiWrite.ts';
import type { Volume } from '#shared/volume/volume.ts';

interface IntensityRange {
  readonly low: number;
  readonly high: number;
  readonly background: number;
}

/**
 * Values up to here are background: a generator's tanh nears −1 without reaching it. Measured after a short training,
 * what it leaves around the brain ends here; of a brain's own range it is a fortieth, below the darkest voxels.
 */
export const backgroundUpTo = -0.95;
const int16Steps = 32767;

/** −1 becomes `low` and 1 `high`; what is background becomes exactly that. */
export function inIntensities(volume: Volume, { low, high, background }: IntensityRange): Volume {
  const data = volume.data.map((value) =>
    value <= backgroundUpTo ? background : low + ((value + 1) / 2) * (high - low),
  );
  return { ...volume, data };
}

/** As scans on the grid are: background exactly −1. */
export function clearBackground(volume: Volume): Volume {
  return { ...volume, data: volume.data.map((value) => (value <= backgroundUpTo ? -1 : value)) };
}

/** 16-bit steps over the whole range. */
export function storageOf({ low, high, background }: IntensityRange): Storage {
  const lowest = Math.min(background, low);
  return { kind: 'int16', slope: (high - lowest) / int16Steps, intercept: lowest };
}
