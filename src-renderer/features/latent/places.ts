/** Where one is in the latent space: what the controls hold, and the place or path that they stand for. */
import type { LatentFit, LatentPath, LatentPlace } from '#contract/latent.ts';

export interface Walk {
  readonly kind: 'direction' | 'interpolation';
  /** The job of the fit; null: none is chosen. */
  readonly fit: string | null;
  /** Where a direction starts; '' for the mean of the codes. */
  readonly start: string;
  /** Standard deviations. */
  readonly sd: number;
  /** Volumes; '' for none. */
  readonly from: string;
  readonly to: string;
  /** From 0 at `from` to 1 at `to`. */
  readonly share: number;
}

/** How far a slider goes either way, in standard deviations. */
export const farthestSd = 4;

/** Null while something is missing. */
export function placeOf({ kind, fit, start, sd, from, to, share }: Walk): LatentPlace | null {
  if (kind === 'direction') return fit === null ? null : { kind, fit, volume: start === '' ? null : start, sd };
  return from === '' || to === '' || from === to ? null : { kind, from, to, share };
}

/** Null while something is missing. */
export function pathOf({ kind, fit, start, from, to }: Walk, encoding: string): LatentPath | null {
  if (kind === 'direction') {
    const volume = start === '' ? null : start;
    return fit === null ? null : { kind, fit, volume, low: -farthestSd, high: farthestSd };
  }
  return from === '' || to === '' || from === to ? null : { kind, encoding, from, to };
}

/** At which a fit is taken for chance. */
const usualLevel = 0.05;
export const mayBeChance = ({ score }: LatentFit): boolean => score.p >= usualLevel;
