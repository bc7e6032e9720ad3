/** Agreement of two readers beyond chance (Cohen 1960, Educ. Psychol. Meas. 20:37; weighted: Cohen 1968, Psychol. Bull. 70:213). */

/** How a disagreement by some categories counts: all the same, by their number, or by its square. */
export type KappaWeights = 'none' | 'linear' | 'quadratic';

export interface Kappa {
  /** Cases that both rated. */
  readonly n: number;
  /** At most 1; 0 where they agree as often as by chance. */
  readonly kappa: number;
  /** Share of equal ratings, 0 to 1. */
  readonly agreement: number;
  /** Prevalence- and bias-adjusted κ (Byrt et al. 1993, J. Clin. Epidemiol. 46:423): (k · agreement − 1) / (k − 1). */
  readonly pabak: number;
}

const disagreement: Readonly<Record<KappaWeights, (distance: number) => number>> = {
  none: (distance) => (distance === 0 ? 0 : 1),
  linear: (distance) => distance,
  quadratic: (distance) => distance ** 2,
};

/**
 * Of the table of both ratings, `[first · categories + second]` counts of cases. Null for no cases, and where chance alone
 * would agree on all (both gave one and the same answer throughout).
 */
export function cohenKappa(table: ArrayLike<number>, categories: number, weights: KappaWeights = 'none'): Kappa | null {
  const weigh = disagreement[weights];
  const [ofFirst, ofSecond] = [new Float64Array(categories), new Float64Array(categories)];
  let [n, equal, observed, expected] = [0, 0, 0, 0];
  for (let a = 0; a < categories; a++) {
    for (let b = 0; b < categories; b++) {
      const count = table[a * categories + b]!;
      if (count === 0) continue;
      n += count;
      if (a === b) equal += count;
      ofFirst[a]! += count;
      ofSecond[b]! += count;
      observed += count * weigh(Math.abs(a - b));
    }
  }
  for (let a = 0; a < categories; a++) {
    for (let b = 0; b < categories; b++) expected += ofFirst[a]! * ofSecond[b]! * weigh(Math.abs(a - b));
  }
  if (expected === 0) return null;
  const agreement = equal / n;
  return { n, kappa: 1 - (n * observed) / expected, agreement, pabak: (categories * agreement - 1) / (categories - 1) };
}
