/** The anatomy section of an evidence report in the terminal: a row a measure, a line a scan that stands out. */
import type { AnatomyMeasure, AnatomyResult } from '#contract/evidence/anatomy.ts';
import type { Figure } from '#contract/evidence/figure.ts';
import { formatTable } from './output.ts';

const digits = (value: number | null): string => (value === null ? '–' : value.toPrecision(3));

const spread = ({ mean, sd, n }: AnatomyMeasure['real']): string => `${digits(mean)} ± ${digits(sd)} (${String(n)})`;

const cell = ({ value, low, high }: Figure): string =>
  low === null ? digits(value) : `${digits(value)} [${digits(low)}, ${digits(high)}]`;

const row = ({ name, unit, real, synthetic, hedgesG, wasserstein, floor }: AnatomyMeasure): string[] => [
  `${name}, ${unit}`, spread(real), spread(synthetic), cell(hedgesG), cell(wasserstein), floor === null ? '–' : cell(floor),
]; // prettier-ignore

const head = ['anatomy', 'real: mean ± SD (N)', 'synthetic', 'Hedges g', 'Wasserstein-1', 'floor'];

export function anatomyLines({ measures, outliers, notes }: AnatomyResult): readonly string[] {
  return [
    '',
    formatTable([head, ...measures.map(row)]),
    ...notes,
    ...outliers.map(({ id, why }) => `Stands out: ${id}: ${why}`),
  ];
}
