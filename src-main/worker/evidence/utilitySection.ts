/** The use of synthetic scans as a section of a page: what each arm came to, how surely it differs, and between whom. */
import type { UtilityMeasure, UtilityReport, UtilitySummary, UtilityTest } from '#contract/evidence/utility.ts';
import { escapeHtml, table } from '#shared/report/html.ts';
import { differencePlot } from '#shared/report/pairPlots.ts';
import { overClasses } from './summarizeUtility.ts';
import { armTitle, digitsOf, measureTitles } from './utilityWords.ts';

const measures = Object.keys(measureTitles) as UtilityMeasure[];

const verdictWords: Readonly<Record<UtilityTest['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  undecided: 'no difference shown',
};

const signed = (value: number, digits: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`;
const showP = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));

const titleOf = ({ arms }: UtilityReport, id: string): string => {
  const found = arms.find((arm) => arm.id === id);
  return found === undefined ? id : armTitle(found.arm);
};

const classTitle = (name: string): string => (name === overClasses ? 'Mean' : name);

function testOf(
  report: UtilityReport,
  of: Pick<UtilityTest, 'arm' | 'baseline' | 'class' | 'measure'>,
): UtilityTest | undefined {
  return report.tests.find((test) => test.arm === of.arm && test.baseline === of.baseline && test.class === of.class && test.measure === of.measure); // prettier-ignore
}

/** `0.8421 ± 0.0312 (+0.0172*)`. */
function cell(report: UtilityReport, summary: UtilitySummary | undefined): string {
  if (summary === undefined) return '–';
  const { measure, value, deviation, missing, arm } = summary;
  const digits = digitsOf[measure];
  const spread = deviation === null ? '' : ` ± ${deviation.toFixed(digits)}`;
  const test = testOf(report, { ...summary, baseline: 'real' });
  const gain = arm === 'real' || test === undefined ? '' : ` (${signed(test.meanDifference, digits)}${test.verdict === 'undecided' ? '' : '*'})`; // prettier-ignore
  return `${value.toFixed(digits)}${spread}${gain}${missing === 0 ? '' : `, ${String(missing)} missing`}`;
}

function resultTable(report: UtilityReport, measure: UtilityMeasure): string {
  const classes = [...report.labels.classes, overClasses];
  const rows = report.arms.map(({ id }) => [
    titleOf(report, id),
    ...classes.map(
      (name) =>
      cell(report, report.summaries.find((entry) => entry.arm === id && entry.class === name && entry.measure === measure)), // prettier-ignore
    ),
  ]);
  const numeric = classes.map((_, at) => at + 1);
  return `<h3>${escapeHtml(measureTitles[measure])}</h3>${table(['Trained on', ...classes.map(classTitle)], rows, numeric)}`;
}

function testRows(report: UtilityReport): string[][] {
  return report.tests.map((test) => {
    const digits = digitsOf[test.measure];
    return [
      `${measureTitles[test.measure]}, ${classTitle(test.class)}: ${titleOf(report, test.arm)} − ${titleOf(report, test.baseline)}`,
      `${signed(test.meanDifference, digits)} [${signed(test.low, digits)}, ${signed(test.high, digits)}]`,
      String(test.n), showP(test.p), showP(test.pHolm), test.rankBiserial.toFixed(2),
      test.cohenDz === null ? '–' : test.cohenDz.toFixed(2), verdictWords[test.verdict],
    ]; // prettier-ignore
  });
}

/** What came out for the mean over the classes, in a sentence for each arm. */
function verdicts(report: UtilityReport): string {
  const sentences = report.tests
    .filter((test) => test.baseline === 'real' && test.class === overClasses && test.measure === 'dice')
    .map((test) => `<li>${escapeHtml(`${titleOf(report, test.arm)}: mean Dice ${signed(test.meanDifference, 4)} against real scans alone (N ${String(test.n)}, p ${showP(test.pHolm)} after Holm): ${verdictWords[test.verdict]}.`)}</li>`); // prettier-ignore
  return `<ul>${sentences.join('')}</ul>`;
}

function meanDiceOf(report: UtilityReport, arm: string): ReadonlyMap<string, number> {
  const all = new Map<string, number[]>();
  for (const scan of report.scans) {
    const values = scan.scores.flatMap(({ dice }) => (dice === null ? [] : [dice]));
    if (scan.arm !== arm || values.length === 0) continue;
    all.set(scan.subject, [...(all.get(scan.subject) ?? []), values.reduce((sum, value) => sum + value, 0) / values.length]); // prettier-ignore
  }
  return new Map([...all].map(([subject, values]) => [subject, values.reduce((sum, value) => sum + value, 0) / values.length])); // prettier-ignore
}

/** Mean Dice of each subject, arm minus real. */
function plot(report: UtilityReport): string {
  const real = meanDiceOf(report, 'real');
  const columns = report.tests
    .filter((test) => test.baseline === 'real' && test.class === overClasses && test.measure === 'dice')
    .map(({ arm, medianDifference, low, high }) => ({
      name: arm,
      median: medianDifference,
      interval: { low, high },
      values: [...meanDiceOf(report, arm)].flatMap(([subject, value]) => {
        const other = real.get(subject);
        return other === undefined ? [] : [value - other];
      }),
    }));
  if (columns.length === 0) return '';
  return `<div class="charts">${differencePlot({ title: 'Mean Dice: arm minus real', columns })}</div>`;
}

const range = (counts: readonly number[]): string => {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
};

function method(report: UtilityReport): string {
  const { network, split, synthetic, labels, dataset } = report;
  const rows = [
    ['Split', split.words],
    ['Training scans', report.arms.map(({ arm, real, synthetic: made }) => `${armTitle(arm)}: ${range(real)} real, ${range(made)} synthetic`).join('; ')],
    ['Truth', labels.source === 'label-maps' ? `label maps of ${String(dataset.scans)} scans, by the nearest voxel on the grid` : 'found in each real scan by itself from its intensities'],
    ['Network', `3-D U-Net, ${String(network.width)} maps at full resolution, ${String(network.parameters)} weights; Dice and cross-entropy loss, Adam at ${String(network.rate)} falling to 0, ${String(network.updates)} updates of ${String(network.batch)} scans`],
    ['Synthetic scans', `${String(synthetic.scans)}, ${synthetic.models.length === 0 ? 'made by what is not known here' : `made by ${synthetic.models.join(', ')}`}; hash of the set ${synthetic.sha256}`],
    ['Grid', `${String(dataset.grid)}³ voxels of ${dataset.spacingMm.toFixed(3)} mm; dataset ${dataset.name}, fingerprint ${dataset.fingerprint}`],
    ['Intervals and tests', '95 %, percentile bootstrap over subjects (2000 resamples); Wilcoxon’s signed-rank test, two-sided, exact up to 50 subjects; Holm’s correction over the arms for the mean of the classes, over arms and classes for single classes. r: matched-pairs rank-biserial correlation, d_z: mean difference in standard deviations of the differences'],
    ['Made with', `Doppel ${report.doppel}, ${report.engine} on ${report.device}, ${report.createdAt}, seed ${String(report.seed)}`],
  ]; // prettier-ignore
  return table(['', ''], rows, []).replace(/<thead>.*?<\/thead>/, '');
}

/** Without a heading of the page. */
export function utilitySection(report: UtilityReport): string {
  const tests = table(['Difference', 'Mean [95 %]', 'N', 'p', 'p (Holm)', 'r', 'd_z', ''], testRows(report), [1, 2, 3, 4, 5, 6]); // prettier-ignore
  const warnings = report.split.leakage === 'none' ? '' : `<p class="warning">${escapeHtml(report.split.words)}</p>`;
  return `${warnings}${verdicts(report)}
${measures.map((measure) => resultTable(report, measure)).join('')}
<p class="soft">Mean ± standard deviation over subjects; in brackets the mean difference from training on real scans alone, * where p after Holm is below 0.05.</p>
${plot(report)}
<details><summary>Every test</summary>${tests}</details>
<h3>What to know</h3><ul>${report.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>
<h3>How it was measured</h3>${method(report)}`;
}
