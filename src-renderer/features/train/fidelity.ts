/** One slider for how much a discriminator weighs: its left end is none, the rest a logarithmic scale. */

const leastExponent = -4;
const greatestExponent = 1;
const stepsPerDecade = 4;

export const lastPosition = 1 + stepsPerDecade * (greatestExponent - leastExponent);

/** 0 at position 0, then 10⁻⁴ to 10, to two figures. */
export function weightAt(position: number): number {
  if (position <= 0) return 0;
  return Number((10 ** (leastExponent + (position - 1) / stepsPerDecade)).toPrecision(2));
}

/** The nearest position; the ends for what lies beyond. */
export function positionOf(weight: number): number {
  if (!(weight > 0)) return 0;
  const steps = Math.round(stepsPerDecade * (Math.log10(weight) - leastExponent));
  return Math.min(lastPosition, Math.max(1, 1 + steps));
}
