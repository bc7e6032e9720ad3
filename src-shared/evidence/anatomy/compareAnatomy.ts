/** The anatomy of synthetic scans against that of real ones: measures, all together, and the scans that stand out. */
import type { AnatomyMeasure, AnatomyResult } from '../../contract/evidence/anatomy.ts';
import type { Figure, Verdict } from '../../contract/evidence/figure.ts';
import { createRandom } from '../../random.ts';
import { holm } from '../../statistics/holm.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';
import { compareMeasure } from './compareMeasure.ts';
import { jointDistance } from './jointDistance.ts';
import { anatomyMeasures } from './measures.ts';
import { findOutliers, measureNames, usualAnatomy, valuesOf, type MeasuredScan } from './outliers.ts';

export interface AnatomyOfSets {
  readonly real: readonly MeasuredScan[];
  readonly synthetic: readonly MeasuredScan[];
  /** Whose scans the real ones are, in words. */
  readonly split: string;
  readonly seed: number;
  readonly volumesFrom: AnatomyResult['volumesFrom'];
  readonly labelCheck: AnatomyResult['labelCheck'];
  readonly notes: readonly string[];
}

/** Cohen's names for sizes of effects. */
const medium = 0.5;
const large = 0.8;
/** Of the synthetic scans, beyond the share of the real ones. */
const someOutliers = 0.05;
const manyOutliers = 0.2;

function withHolm(measures: readonly Omit<AnatomyMeasure, 'pHolm'>[]): AnatomyMeasure[] {
  const tested = measures.map(({ p }) => p).filter((p) => p !== null);
  const corrected = holm(tested);
  let next = 0;
  return measures.map((measure) => ({ ...measure, pHolm: measure.p === null ? null : (corrected[next++] ?? null) }));
}

function shareOf(count: number, total: number, n: Figure['n']): Figure {
  const interval = wilsonInterval(count, total);
  if (interval === null) return { value: null, low: null, high: null, n };
  return { value: count / total, low: interval.low, high: interval.high, n };
}

/** Standard error of g between groups that do not differ. */
const errorOfNone = ({ real, synthetic }: Figure['n']): number => Math.sqrt(1 / real + 1 / synthetic);
/** So many errors away is no chance, of all measures together (Bonferroni). */
const beyondChance = normalQuantile(1 - 0.05 / (2 * measureNames.length));

/** A difference that is at least as large as `least`, and not by chance. */
function differs({ hedgesG: { value, n } }: AnatomyMeasure, least: number): boolean {
  return value !== null && Math.abs(value) >= Math.max(least, beyondChance * errorOfNone(n));
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

function differenceWords({ name, real, synthetic, hedgesG }: AnatomyMeasure): string {
  const { title, digits, unit } = anatomyMeasures[name];
  const shown = (value: number | null): string => (value ?? 0).toFixed(digits);
  const of = unit === 'ml' || unit === '%' ? ` ${unit}` : '';
  return `${title} ${shown(synthetic.mean)} against ${shown(real.mean)}${of} (g ${signed(hedgesG.value ?? 0)})`;
}

function verdictOf(
  measures: readonly AnatomyMeasure[],
  outliers: { readonly count: number; readonly total: number; readonly realCount: number },
  n: Figure['n'],
): Verdict {
  if (n.real < 2 || n.synthetic < 2) return { tone: 'unknown', words: 'Too few scans to compare their anatomy.' };
  const different = measures
    .filter((measure) => differs(measure, medium))
    .toSorted((a, b) => Math.abs(b.hedgesG.value ?? 0) - Math.abs(a.hedgesG.value ?? 0));
  const excess = outliers.count / n.synthetic - outliers.realCount / n.real;
  const odd =
    outliers.count === 0
      ? 'No synthetic scan stands out from the real ones.'
      : `${String(outliers.count)} of ${String(outliers.total)} synthetic scans ${outliers.count === 1 ? 'stands' : 'stand'} out from the real ones${outliers.realCount > 0 ? `, as do ${String(outliers.realCount)} of the ${String(n.real)} real ones themselves` : ''}.`;
  if (different.length > 0 || excess > someOutliers) {
    const isBad = different.some((measure) => differs(measure, large)) || excess > manyOutliers;
    const named = different.slice(0, 3).map(differenceWords).join('; ');
    const more = different.length > 3 ? `; and ${String(different.length - 3)} more` : '';
    const first = different.length === 0 ? 'On average the volumes are those of the real scans.' : `Synthetic brains differ from real ones: ${named}${more}.`; // prettier-ignore
    return { tone: isBad ? 'bad' : 'mixed', words: `${first} ${odd}` };
  }
  const least = (beyondChance + normalQuantile(0.8)) * errorOfNone(n); // found in 80 of 100 such comparisons
  if (least > large)
    return { tone: 'unknown', words: `No difference of the means was found, but with ${String(n.real)} real and ${String(n.synthetic)} synthetic scans one below g ${least.toFixed(1)} would often be missed. ${odd}` }; // prettier-ignore
  return { tone: 'good', words: `Tissue volumes, ventricles, size and symmetry are those of the real scans: no difference of a medium size or more was found. ${odd}` }; // prettier-ignore
}

/** Same seed, same result. */
export function compareAnatomy(sets: AnatomyOfSets): AnatomyResult {
  const { real, synthetic, split, seed, volumesFrom, labelCheck, notes } = sets;
  const random = createRandom(seed).fork('anatomy');
  const measures = withHolm(
    measureNames.map(
      (name) =>
      compareMeasure({ name, real: valuesOf(real, name), synthetic: valuesOf(synthetic, name), split, seed, random: random.fork(name) }), // prettier-ignore
    ),
  );
  const usual = usualAnatomy(real);
  const outliers = findOutliers(synthetic, usual);
  const realOutliers = findOutliers(real, usual).length;
  const n = { real: real.length, synthetic: synthetic.length };
  const judged = usual.length > 0;
  const outlierShare = shareOf(outliers.length, judged ? synthetic.length : 0, n);
  const realOutlierShare = shareOf(realOutliers, judged ? real.length : 0, { ...n, synthetic: 0 });
  const tissuesIn = (scans: readonly MeasuredScan[]): number =>
    scans.filter(({ values }) => values.greyMl !== null).length;
  return {
    verdict: verdictOf(measures, { count: outliers.length, total: synthetic.length, realCount: realOutliers }, n),
    volumesFrom,
    measures,
    distance: jointDistance(real, synthetic, random.fork('distance')),
    outliers: [...outliers],
    outlierShare,
    realOutlierShare,
    t1Like: { real: tissuesIn(real), synthetic: tissuesIn(synthetic) },
    labelCheck,
    scans: [
      ...real.map(({ id, values }) => ({ id, role: 'real' as const, values })),
      ...synthetic.map(({ id, values }) => ({ id, role: 'synthetic' as const, values })),
    ],
    notes: [...notes],
  };
}
