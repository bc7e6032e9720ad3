/** Synthetic brains whose anatomy none of the real ones leads one to expect: robust z-scores against the real scans. */
import type { AnatomyMeasureName, AnatomyOutlier } from '../../contract/evidence/anatomy.ts';
import { median } from '../../statistics/quantile.ts';
import { oddScore, robustScale } from '../../statistics/robustScores.ts';
import { anatomyMeasures, type AnatomyValues } from './measures.ts';

export interface MeasuredScan {
  readonly id: string;
  readonly values: AnatomyValues;
}

interface Usual {
  readonly name: AnatomyMeasureName;
  readonly median: number;
  readonly score: (value: number) => number;
}

/** Fewer real scans say nothing of what is usual. */
const leastReal = 5;

export const measureNames = Object.keys(anatomyMeasures) as AnatomyMeasureName[];

export function valuesOf(scans: readonly MeasuredScan[], name: AnatomyMeasureName): readonly number[] {
  return scans.map(({ values }) => values[name]).filter((value) => value !== null);
}

/** What is usual among the real scans, a measure; those of which there are too few are left out. */
export function usualAnatomy(real: readonly MeasuredScan[]): readonly Usual[] {
  return measureNames.flatMap((name) => {
    const values = valuesOf(real, name);
    if (values.length < leastReal) return [];
    const { leastLogarithm, leastSpread } = anatomyMeasures[name];
    const scaled = (value: number): number =>
      leastLogarithm === null ? value : Math.log(Math.max(leastLogarithm, value));
    const { middle, scale } = robustScale(values.map(scaled), leastSpread);
    return [{ name, median: median(values), score: (value) => (scaled(value) - middle) / scale }];
  });
}

const shown = (value: number, name: AnatomyMeasureName): string => {
  const { unit, digits } = anatomyMeasures[name];
  const number = value.toFixed(digits);
  return unit === 'ml' ? `${number} ml` : unit === '%' ? `${number} %` : number;
};

function wordsOf({ measure, value, usual, score }: AnatomyOutlier['odd'][number]): string {
  const { title } = anatomyMeasures[measure];
  const far = Math.abs(score) > 2 * oddScore ? 'far ' : '';
  const way = measure === 'asymmetry' ? (score > 0 ? 'less symmetric' : 'more symmetric') : score > 0 ? 'larger' : 'smaller'; // prettier-ignore
  return `${title} ${shown(value, measure)}, ${far}${way} than in the real scans (median ${shown(usual, measure)}; robust z ${score.toFixed(1).replace('-', '−')})`;
}

const noContrast = 'grey matter, white matter and fluid cannot be told apart, as they can in the real scans';

/** The scans of which a measure is odd, or whose tissues cannot be told apart where the real ones' can; the oddest first. */
export function findOutliers(scans: readonly MeasuredScan[], usual: readonly Usual[]): readonly AnatomyOutlier[] {
  const haveTissues = usual.some(({ name }) => name === 'greyMl');
  const found = scans.map(({ id, values }): { rank: number; outlier: AnatomyOutlier } => {
    const odd = usual
      .flatMap(({ name, median: middle, score }) => {
        const value = values[name];
        return value === null ? [] : [{ measure: name, value, usual: middle, score: score(value) }];
      })
      .filter(({ score }) => Math.abs(score) > oddScore)
      .sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
    const lacksTissues = haveTissues && values.greyMl === null;
    const why = [...(lacksTissues ? [noContrast] : []), ...odd.map(wordsOf)].join('; ');
    return {
      rank: lacksTissues ? Number.MAX_VALUE : Math.abs(odd[0]?.score ?? 0),
      outlier: { id, why: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`, odd },
    };
  });
  return found
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ outlier }) => outlier);
}
