/** Fisher's F distribution, through the regularised incomplete beta function. */
import { incompleteBeta } from './incompleteBeta.ts';
import { invertIncreasing } from './invertIncreasing.ts';

/** P(F ≤ value) with `between` and `within` degrees of freedom, which need not be whole. */
function fisherCdf(value: number, between: number, within: number): number {
  const scaled = between * value;
  return incompleteBeta(scaled / (scaled + within), between / 2, within / 2);
}

/** Beyond e^±100 nothing is asked. */
const mostExponent = 100;

/** The value below which `probability` (0 to 1, exclusive) of F lies. */
export function fisherQuantile(probability: number, between: number, within: number): number {
  return Math.exp(
    invertIncreasing((exponent) => fisherCdf(Math.exp(exponent), between, within), probability, {
      low: -mostExponent,
      high: mostExponent,
    }),
  );
}
