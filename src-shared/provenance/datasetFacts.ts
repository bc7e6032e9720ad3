/** A dataset in rows that name nobody: counts and ranges of groups, never of one person. */
import type { DatasetRecord, VolumeRecord } from '../contract/records.ts';
import { median, quantile } from '../statistics/quantile.ts';

type Row = readonly [string, string];

/** Values that fewer scans share are not told one by one. */
const smallestGroup = 5;
const mostGroups = 12;

export const formatFigure = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

const counted = (count: number, what: string): string => `${String(count)} ${what}${count === 1 ? '' : 's'}`;

/** How often each word is there, the most frequent first. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word, count]) => `${word} (${String(count)})`).join(', '); // prettier-ignore
}

function describeColumn(values: readonly (string | number)[]): string {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length && new Set(numbers).size > mostGroups) {
    // Extremes are people; the tenths beside them are not.
    const [low, high] = [quantile(numbers, 0.1), quantile(numbers, 0.9)];
    return `median ${formatFigure(median(numbers))}, 80 % from ${formatFigure(low)} to ${formatFigure(high)} (${counted(values.length, 'scan')})`;
  }
  const counts = new Map<string, number>();
  for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const large = [...counts].filter(([, count]) => count >= smallestGroup);
  const rest = values.length - large.reduce((sum, [, count]) => sum + count, 0);
  const told = large.map(([value, count]) => `${value}: ${String(count)}`);
  return [...told, ...(rest === 0 ? [] : [`values of fewer than ${String(smallestGroup)} scans each: ${String(rest)}`])].join('; '); // prettier-ignore
}

/** One row a column of the participants' table. */
export function attributeRows(volumes: readonly VolumeRecord[]): readonly Row[] {
  const columns = [...new Set(volumes.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
  return columns.map((column) => [
    column,
    describeColumn(volumes.flatMap(({ attributes }) => attributes[column] ?? [])),
  ]);
}

export function splitRows({ train, heldout, holdout, seed }: DatasetRecord, volumes: readonly VolumeRecord[]): readonly Row[] {
  const subjects = (split: VolumeRecord['split']): number => new Set(volumes.filter((volume) => volume.split === split).map(({ subject }) => subject)).size;
  return [
    ['Training', `${counted(train, 'scan')} of ${counted(subjects('train'), 'subject')}`],
    ['Held out', `${counted(heldout, 'scan')} of ${counted(subjects('heldout'), 'subject')}`],
    ['Split', `by subject, ${formatFigure(100 * holdout)} % asked to be held out, seed ${String(seed)}`],
  ];
} // prettier-ignore

export function preparationRows(volumes: readonly VolumeRecord[]): readonly Row[] {
  const done = volumes.map(({ transform }) => transform.preprocessing);
  const masks = done.map((one) => one?.brainMask?.method ?? 'all that stands out from the air');
  const fields = done.map((one) => (one?.biasField ? 'corrected (N4)' : 'not corrected'));
  const scales = done.map((one) => one?.normalise ?? 'percentile');
  const aligned = volumes.map(({ transform }) => transform.alignment?.transform ?? 'centred on the brain');
  return [
    ['Brain mask', tally(masks)],
    ['Bias field', tally(fields)],
    ['Intensities', `${tally(scales)}; then to [-1, 1]`],
    ['Alignment', tally(aligned)],
    ['Interpolation', tally(volumes.map(({ transform }) => transform.interpolation))],
  ];
}

export function scannerRows(volumes: readonly VolumeRecord[]): readonly Row[] {
  const natives = volumes.map(({ transform }) => transform.native);
  return [
    ['Formats', tally(natives.map(({ format }) => format))],
    ['Voxels of the files', tally(natives.map(({ spacingMm }) => `${spacingMm.map((mm) => formatFigure(Number(mm.toFixed(2)))).join(' × ')} mm`))], // prettier-ignore
    ['Contrasts', tally(volumes.map(({ sourceFile }) => /_([A-Za-z0-9]+)\.[a-z.]+$/.exec(sourceFile)?.[1] ?? 'not told'))], // prettier-ignore
  ];
}
