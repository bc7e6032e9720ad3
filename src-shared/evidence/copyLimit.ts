/**
 * From where on a nearest scan is taken for a copy: by how near scans of people who are not in the training come to it.
 * Correlations are judged as Fisher's z, which makes their spread alike over the whole range.
 */
import type { CopyLimit } from '../contract/evidence/privacy.ts';
import { median } from '../statistics/quantile.ts';
import { upperLimit } from '../statistics/upperLimit.ts';

/** One false alarm in twenty at most, with 95 % confidence. */
const level = { share: 0.05, confidence: 0.95 };
/** With too few real scans to judge by: what no two people have in common at this resolution, by far. */
const fixedSimilarity = 0.9;
/** Real scans that lie this far above the others, in robust standard deviations, and are this alike, are one person's. */
const doubleFrom = { deviations: 6, similarity: 0.8, scans: 8 };
const madScale = 1.4826; // makes the median absolute deviation a standard deviation of normal values
const mostCorrelated = 1 - 1e-9; // z stays finite

const zOf = (similarity: number): number => Math.atanh(Math.min(mostCorrelated, Math.max(-mostCorrelated, similarity)));

/** A real scan and how near the nearest training scan is to it. */
export interface RealNearest {
  readonly id: string;
  readonly nearest: string;
  readonly similarity: number;
}

export interface Calibration<Real extends RealNearest> {
  readonly limit: CopyLimit;
  /** Those that the limit comes from. */
  readonly kept: readonly Real[];
  /** Left out of it. */
  readonly doubles: readonly Real[];
}

function isDouble(similarities: readonly number[]): (similarity: number) => boolean {
  if (similarities.length < doubleFrom.scans) return () => false;
  const values = similarities.map(zOf);
  const middle = median(values);
  const deviation = madScale * median(values.map((value) => Math.abs(value - middle)));
  return (similarity) =>
    similarity >= doubleFrom.similarity && zOf(similarity) > middle + doubleFrom.deviations * deviation;
}

/**
 * Held-out scans alone where the limit can be one of their values (59 or more); else training scans, each compared with
 * the others, stand beside them. Scans as near as copies are left out: one person who was scanned twice, or one file
 * under two names, would hide every copy.
 */
export function calibrateLimit<Real extends RealNearest>(
  heldOut: readonly Real[],
  training: readonly Real[],
): Calibration<Real> {
  const alone = upperLimit(heldOut.map(({ similarity }) => similarity), level)?.method === 'order'; // prettier-ignore
  const real = alone ? heldOut : [...heldOut, ...training];
  const doubled = isDouble(real.map(({ similarity }) => similarity));
  const kept = real.filter(({ similarity }) => !doubled(similarity));
  const found = upperLimit(
    kept.map(({ similarity }) => zOf(similarity)),
    level,
  );
  return {
    kept,
    doubles: real.filter(({ similarity }) => doubled(similarity)),
    limit: {
      similarity: found === null ? fixedSimilarity : Math.tanh(found.limit),
      method: found?.method ?? 'fixed',
      ...level,
      n: kept.length,
      heldOut: kept.filter((scan) => heldOut.includes(scan)).length,
    },
  };
}

/** The share of `real` values, and this one, that are as high as it or higher: p of "one more of them". */
export function conformalP(value: number, real: readonly number[]): number {
  return (1 + real.filter((other) => other >= value).length) / (real.length + 1);
}
