/** The part of an evidence report on anatomy: each measure in numbers and as dots, all together, and who stands out. */
import type { AnatomyMeasure, AnatomyMeasureName, AnatomyResult } from '../../contract/evidence/anatomy.ts';
import type { Figure } from '../../contract/evidence/figure.ts';
import { anatomyMeasures } from '../../evidence/anatomy/measures.ts';
import { list, note, numbersTable, paragraph, type Section } from '../building.ts';
import { plotFigure } from '../chart.ts';
import { figure, pngImage, table } from '../html.ts';
import { twoSetsPlot } from './anatomyPlots.ts';

const number = (value: number | null, digits: number): string =>
  value === null ? '–' : value.toFixed(digits).replace('-', '−');

function cell({ value, low, high }: Figure, digits: number): string {
  return low === null || high === null
    ? number(value, digits)
    : `${number(value, digits)} [${number(low, digits)}, ${number(high, digits)}]`;
}

const title = (name: AnatomyMeasureName): string => {
  const { title: words, unit } = anatomyMeasures[name];
  const named = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return unit === 'ml' || unit === '%' ? `${named}, ${unit}` : named;
};

const chance = (p: number | null): string => (p === null ? '–' : p < 0.001 ? '< 0.001' : p.toFixed(3));

function row(measure: AnatomyMeasure): readonly string[] {
  const { name, real, synthetic, hedgesG, wasserstein, floor, kolmogorov, p, pHolm } = measure;
  const { digits } = anatomyMeasures[name];
  const spread = ({ n, mean, sd }: AnatomyMeasure['real']): string =>
    `${number(mean, digits)} ± ${number(sd, digits)} (${String(n)})`;
  return [
    title(name),
    spread(real),
    spread(synthetic),
    cell(hedgesG, 2),
    cell(wasserstein, digits + 1),
    floor === null ? '–' : cell(floor, digits + 1),
    `${number(kolmogorov.value, 2)}, p ${chance(p)} (${chance(pHolm)})`,
  ];
}

const head = [
  'Measure',
  'Real: mean ± SD (N)',
  'Synthetic: mean ± SD (N)',
  'Hedges’ g [95 %]',
  'Wasserstein-1 [95 %]',
  'Floor of real scans',
  'Kolmogorov–Smirnov, p (Holm)',
];

const plotted: readonly AnatomyMeasureName[] = ['brainMl', 'greyMl', 'whiteMl', 'fluidMl', 'ventriclesMl', 'asymmetry'];

function plots({ scans }: AnatomyResult): string {
  const of = (role: 'real' | 'synthetic', name: AnatomyMeasureName): readonly { name: string; value: number }[] =>
    scans.flatMap(({ id, role: own, values }) => {
      const value = values[name];
      return own !== role || value === null ? [] : [{ name: id, value }];
    });
  return plotted
    .map((name) => ({ title: title(name), real: of('real', name), synthetic: of('synthetic', name) }))
    .filter(({ real, synthetic }) => real.length > 0 && synthetic.length > 0)
    .map((sets) => plotFigure(twoSetsPlot(sets)))
    .join('');
}

function together({ distance }: AnatomyResult): string {
  const { value, floor, cases, measures, words } = distance;
  if (value.value === null) return '';
  const what = `All together: ${cell(value, 2)} standard deviations between pairs of synthetic and real scans; between real ones ${cell(floor, 2)}.`;
  return `${paragraph(what)}${note(`${words} Measures: ${measures.map((name) => anatomyMeasures[name].title).join(', ')}; ${String(cases)} scans a set; in brackets the middle 95 % of draws.`)}`;
}

function outlierTable({ outliers, outlierShare, realOutlierShare }: AnatomyResult): string {
  const percent = ({ value, low, high }: Figure): string => {
    const [share, least, most] = [value, low, high].map((part) => number(part === null ? null : 100 * part, 0));
    return `${share ?? ''} % [${least ?? ''}, ${most ?? ''}]`;
  };
  if (outlierShare.value === null)
    return paragraph('With fewer than five real scans nothing can be said of what is usual, and no scan stands out.');
  const shares = `${percent(outlierShare)} of the synthetic scans stand out from the real ones, and ${percent(realOutlierShare)} of the real ones themselves.`;
  const rule = note('A scan stands out where a measure is more than 3.5 robust standard deviations (median and median absolute deviation of the real scans; of ventricles on the logarithm) from the median of the real scans.'); // prettier-ignore
  const rows = outliers.map(({ id, why }) => [id, why]);
  return `${paragraph(shares)}${rule}${rows.length === 0 ? '' : table(['Synthetic scan', 'Why it stands out'], rows, [])}`;
}

function agreement({ labelCheck, volumesFrom }: AnatomyResult): string {
  if (labelCheck === null || volumesFrom === 'labels') return '';
  const rows = labelCheck.measures.map(({ name, correlation, biasPercent }) => [title(name), number(correlation, 3), `${number(biasPercent, 1)} %`]); // prettier-ignore
  return numbersTable(`The segmentation against ${String(labelCheck.scans)} label maps`, ['Volume', 'Correlation over scans', 'Mean difference'], rows); // prettier-ignore
}

const method =
  'Volumes come from intensities: a mixture of fluid, grey and white matter with partial volume and shading, smoothed by a Markov random field; the lateral ventricles are the fluid that hangs together where they lie in a head of usual size and pose. The same for both sets, so that what a coarse grid takes from a volume it takes from both.';

export interface OutlierPicture {
  /** A PNG in base64; null: nothing stands out. */
  readonly picture: string | null;
  /** At most so many scans are on it. */
  readonly pictured: number;
}

export function anatomyPart(result: AnatomyResult, { picture, pictured }: OutlierPicture): Section {
  const { verdict, measures, notes, volumesFrom } = result;
  const [first] = measures;
  const against = first === undefined ? '' : `Against ${first.split}, seed ${String(first.seed)}.`;
  return {
    id: 'anatomy',
    title: 'Anatomy: are the brains those of people?',
    html: `${paragraph(verdict.words)}
${notes.length === 0 ? '' : list(notes)}
${numbersTable('Measures', head, measures.map(row))}
${note(`${against} Above 0, g: more in the synthetic scans; 0.2 is small, 0.5 medium, 0.8 large. Floor: the distance between random halves of the real scans, with the middle 95 % of the halvings. Intervals: 1000 draws of the scans with replacement; of the distance its estimate ± 1.96 of their standard deviations, as scans drawn again lie farther apart.`)}
<div class="charts">${plots(result)}</div>
${together(result)}
<h3>Scans that stand out</h3>
${outlierTable(result)}
${picture === null ? '' : figure(pngImage(picture, 'Middle slices of synthetic scans whose anatomy stands out'), `The synthetic scans that stand out most, the worst first${result.outliers.length > pictured ? `; ${String(result.outliers.length - pictured)} more are in the table` : ''}.`)}
${agreement(result)}
${volumesFrom === 'segmentation' ? note(method) : ''}`,
  };
}
