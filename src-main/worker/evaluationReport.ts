/** The report of an evaluation as one HTML file: what was measured on which scans, against what, and how sure it is. */
import type {
  EvaluationReport,
  MeasureSummary,
  MethodResult,
  PairedTest,
  QualityMeasure,
  ScanResult,
  TissueAgreement,
  UpscalingMethod,
} from '#contract/evaluation.ts';
import { escapeHtml, figure, page, pngImage, table } from '#shared/report/html.ts';
import { blandAltmanPlot, differencePlot, pairedPlot } from '#shared/report/pairPlots.ts';
import {
  factorWords,
  inputWords,
  limitsOf,
  measureWords,
  methodTitles,
  shortTitles,
  tissueTitles,
} from './evaluationWords.ts';

/** What one scan looks like in all forms. */
export interface ScanPictures {
  readonly source: string;
  /** PNG: input and truth, interpolation and network, and their errors; as a whole and a detail. */
  readonly whole: Uint8Array;
  readonly detail: Uint8Array;
  /** The error shown as white, in the scan's units. */
  readonly brightestError: number;
}

const plotted = ['psnr', 'ssim', 'nrmse', 'gradientError', 'hfen', 'dice'] as const satisfies readonly QualityMeasure[];
const compared = ['psnr', 'ssim'] as const satisfies readonly QualityMeasure[];
const allMeasures = Object.keys(measureWords) as QualityMeasure[];

const show = (measure: QualityMeasure, value: number | null): string =>
  value === null ? '–' : value.toFixed(measureWords[measure].digits);
const showP = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));
const signed = (measure: QualityMeasure, value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${show(measure, Math.abs(value))}`;
const titleOf = (measure: QualityMeasure): string => {
  const { title, unit } = measureWords[measure];
  return unit === '' ? title : `${title}, ${unit}`;
};

const scanCount = ({ scans }: EvaluationReport): string => (scans.length === 1 ? '1 scan' : `${scans.length} scans`);

/** The methods of a report, in the order of its columns. */
function methodsOf({ summaries }: EvaluationReport): readonly UpscalingMethod[] {
  return [...new Set(summaries.map(({ method }) => method))];
}

const summaryOf = ({ summaries }: EvaluationReport, method: UpscalingMethod, measure: QualityMeasure): MeasureSummary | undefined =>
  summaries.find((entry) => entry.method === method && entry.measure === measure); // prettier-ignore

const medianOf = (report: EvaluationReport, method: UpscalingMethod, measure: QualityMeasure): string =>
  show(measure, summaryOf(report, method, measure)?.median ?? null);

function header(report: EvaluationReport): string {
  const { checkpoint, scannerModel, scans } = report;
  const fact = (title: string, value: string, note: string): string =>
    `<div><dt>${escapeHtml(title)}</dt><dd>${escapeHtml(value)} <small>${escapeHtml(note)}</small></dd></div>`;
  return `<h1>Super-resolution: what it gains, and how surely</h1>
<p class="lead">${escapeHtml(`Model ${checkpoint.modelId}, checkpoint ${checkpoint.id}: factor ${factorWords(scannerModel.factor)}. ${report.split}`)}</p>
${report.warnings.map((text) => `<p class="warning">${escapeHtml(text)}</p>`).join('')}
<dl class="facts">
${fact('Scans', String(scans.length), scans.length === 1 ? 'scan: no test is possible' : 'each with a truth')}
${fact('PSNR of the network, dB', medianOf(report, 'network', 'psnr'), 'median')}
${fact('PSNR of cubic B-spline, dB', medianOf(report, 'cubic', 'psnr'), 'median')}
${fact('SSIM of the network', medianOf(report, 'network', 'ssim'), 'median')}
${fact('SSIM of cubic B-spline', medianOf(report, 'cubic', 'ssim'), 'median')}
</dl>`;
}

function summaryTable(report: EvaluationReport): string {
  const methods = methodsOf(report);
  const rows = allMeasures.map((measure) => [
    titleOf(measure),
    ...methods.map((method) => {
      const found = summaryOf(report, method, measure);
      if (found === undefined) return '–';
      const { low, high } = found.interval;
      return `${show(measure, found.median)} [${show(measure, low)}, ${show(measure, high)}]`;
    }),
  ]);
  return `<h2>Inside the brain</h2>
${table(
  ['', ...methods.map((method) => methodTitles[method])],
  rows,
  methods.map((_, index) => index + 1),
)}
<p class="soft">Median over ${scanCount(report)}, with its 95 % interval (percentile bootstrap over scans, 2000 resamples, seed ${report.scannerModel.seed}).
Reference: the scan itself before it was made coarse.</p>`;
}

const verdictWords: Readonly<Record<PairedTest['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  undecided: 'not decided',
};

/** One table a network: a row a measure, a column a method it is compared with. */
function testMatrix(report: EvaluationReport, method: UpscalingMethod): string {
  const own = report.tests.filter((test) => test.method === method);
  const against = [...new Set(own.map(({ baseline }) => baseline))];
  const cell = (measure: QualityMeasure, baseline: UpscalingMethod): string => {
    const test = own.find((entry) => entry.measure === measure && entry.baseline === baseline);
    if (test === undefined) return '–';
    return `${signed(measure, test.medianDifference)}, p ${showP(test.pHolm)}: ${verdictWords[test.verdict]}`;
  };
  const rows = allMeasures
    .filter((measure) => own.some((test) => test.measure === measure))
    .map((measure) => [titleOf(measure), ...against.map((baseline) => cell(measure, baseline))]);
  return `<h3>${methodTitles[method]} minus each, ${scanCount(report)}</h3>
${table(['', ...against.map((baseline) => methodTitles[baseline])], rows, [])}`;
}

function testSection(report: EvaluationReport): string {
  const { tests } = report;
  const rows = tests.map((test) => [
    `${titleOf(test.measure)}: ${methodTitles[test.method]} − ${methodTitles[test.baseline]}`,
    `${signed(test.measure, test.medianDifference)} [${signed(test.measure, test.interval.low)}, ${signed(test.measure, test.interval.high)}]`,
    String(test.n),
    showP(test.p),
    showP(test.pHolm),
    test.rankBiserial.toFixed(2),
    test.cohenDz === null ? '–' : test.cohenDz.toFixed(2),
  ]);
  const networks = [...new Set(tests.map(({ method }) => method))];
  return `<h2>Paired tests</h2>
${networks.map((method) => testMatrix(report, method)).join('')}
<p class="soft">Median difference over scans, and p of Wilcoxon’s signed-rank test (two-sided, exact up to 50 scans) after Holm’s correction over the
methods compared with for each measure.</p>
${folded(
  'Intervals, uncorrected p and effect sizes',
  `${table(['Difference', 'Median [95 %]', 'N', 'p', 'p (Holm)', 'r', 'd_z'], rows, [1, 2, 3, 4, 5, 6])}
<p class="soft">r: matched-pairs rank-biserial correlation; d<sub>z</sub>: mean difference in standard deviations of the differences.
Intervals: percentile bootstrap over scans.</p>`,
)}`;
}

/** What is there for those who look for it. */
const folded = (title: string, html: string): string =>
  `<details><summary>${escapeHtml(title)}</summary>${html}</details>`;

const valuesOf = (scan: ScanResult, methods: readonly UpscalingMethod[], measure: QualityMeasure): (number | null)[] =>
  methods.map((method) => scan.methods.find((result: MethodResult) => result.method === method)?.[measure] ?? null);

function plots(report: EvaluationReport): string {
  const methods = methodsOf(report);
  const names = methods.map((method) => shortTitles[method]);
  const paired = plotted.flatMap((measure) => {
    const cases = report.scans.flatMap((scan) => {
      const values = valuesOf(scan, methods, measure).filter((value) => value !== null);
      return values.length === methods.length ? [{ name: scan.source, values }] : [];
    });
    return cases.length === 0 ? [] : [pairedPlot({ title: `${titleOf(measure)}, each scan`, names, cases })];
  });
  const differences = compared.flatMap((measure) => {
    const columns = report.tests
      .filter((test) => test.measure === measure && test.method === 'network')
      .map(({ baseline, medianDifference, interval }) => ({
        name: shortTitles[baseline],
        median: medianDifference,
        interval,
        values: report.scans.flatMap((scan) => {
          const [own, other] = valuesOf(scan, ['network', baseline], measure);
          return typeof own === 'number' && typeof other === 'number' ? [own - other] : [];
        }),
      }));
    return columns.length === 0 ? [] : [differencePlot({ title: `${titleOf(measure)}: network minus each`, columns })];
  });
  return `<h2>Scan by scan</h2><div class="charts">${paired.join('')}${differences.join('')}</div>
<p class="soft">Left: a line is a scan. Differences: a dot is a scan, the line their median, the band its 95 % interval. BP: with back-projection.</p>`;
}

function pictureSection(pictures: readonly ScanPictures[]): string {
  const base64 = (png: Uint8Array): string => Buffer.from(png).toString('base64');
  const parts = pictures.map(
    ({ source, whole, detail, brightestError }) =>
      `<h3>${escapeHtml(source)}</h3>${figure(pngImage(base64(whole), `${source}: input, truth, results and errors`), `Middle slices. Errors are absolute, white at ${escapeHtml(String(Number(brightestError.toPrecision(3))))} (a tenth of L).`)}${figure(pngImage(base64(detail), `${source}: a detail of the same`), 'A detail around the middle of the brain.')}`,
  );
  return pictures.length === 0 ? '' : `<h2>Pictures</h2>${parts.join('')}`;
}

const ml = (value: number): string => value.toFixed(1);

function agreementRow({ tissue, method, n, differencesMl, blandAltman, icc }: TissueAgreement): readonly string[] {
  const name = `${tissueTitles[tissue]}: ${methodTitles[method]}`;
  const agreed =
    icc === null ? '–' : `${icc.icc.toFixed(3)} [${icc.interval.low.toFixed(3)}, ${icc.interval.high.toFixed(3)}]`;
  if (blandAltman === null) return [name, String(n), differencesMl.map(ml).join(', '), '–', agreed];
  const { bias, biasInterval, lower, upper } = blandAltman;
  return [name, String(n), `${ml(bias)} [${ml(biasInterval.low)}, ${ml(biasInterval.high)}]`, `${ml(lower)} to ${ml(upper)}`, agreed]; // prettier-ignore
}

function agreementTable(entries: readonly TissueAgreement[]): string {
  const head = ['Difference', 'N', 'Bias, ml [95 %]', 'Limits of agreement, ml', 'ICC(A,1) [95 %]'];
  return table(head, entries.map(agreementRow), [1, 2, 3, 4]);
}

function agreementSection({ agreement, scans }: EvaluationReport): string {
  if (agreement.length === 0) return '';
  const truth = agreement.filter(({ reference }) => reference === 'truth');
  const labels = agreement.filter(({ reference }) => reference === 'labels');
  const charts = truth
    .filter(({ method }) => method === 'network')
    .map(({ tissue, meansMl, differencesMl, blandAltman }) =>
      blandAltmanPlot({
        title: `${tissueTitles[tissue]}: network − true scan, ml`,
        unit: 'ml',
        means: meansMl,
        differences: differencesMl,
        limits: blandAltman,
      }),
    );
  const labelled = scans.filter(({ labelMl }) => labelMl !== null).length;
  const note =
    labelled === 0
      ? '<p class="soft">No scan has a label map whose numbers are known.</p>'
      : folded(
          `Against the label maps of ${labelled} of ${scans.length} scans`,
          `${agreementTable(labels)}<p class="soft">Label maps with FreeSurfer’s numbers, summed to the same three tissues. The true scan, segmented in the same way, differs from them too: only what a method adds to that speaks of the method.</p>`,
        );
  return `<h2>Tissue volumes: result minus true scan</h2>
${agreementTable(truth)}
<div class="charts">${charts.join('')}</div>
<p class="soft">Three intensity classes by a mixture of normal distributions, fitted inside the brain of each picture by itself,
in the same way for truth and results. Bland–Altman: bias ± 1.96 standard deviations; ICC: two-way random effects, absolute agreement.</p>
${note}`;
}

function scanTable(report: EvaluationReport): string {
  const rows = report.scans.flatMap((scan) =>
    scan.methods.map((result) => [
      `${scan.source}: ${methodTitles[result.method]}`,
      ...allMeasures.map((measure) => show(measure, result[measure])),
      result.seconds.toFixed(1),
    ]),
  );
  const scans = report.scans.map((scan) => [
    scan.source,
    scan.split === 'train' ? 'trained on' : scan.split === 'heldout' ? 'held out' : 'not of the dataset',
    `${scan.size.join(' × ')} of ${scan.spacingMm.map((side) => Number(side.toPrecision(3))).join(' × ')} mm`,
    String(scan.voxels),
    Number(scan.dataRange.toPrecision(5)).toString(),
    show('checkerboard', scan.checkerboard),
    String(scan.scales),
    scan.warnings.join(' '),
    scan.sha256.slice(0, 16),
  ]);
  return `<h2>The scans</h2>
${folded(
  'Every scan and method',
  table(
    ['', ...allMeasures.map((measure) => measureWords[measure].title), 's'],
    rows,
    [...allMeasures.keys(), allMeasures.length].map((column) => column + 1),
  ),
)}
${table(['Scan', 'Split', 'Voxels', 'In the brain', 'L', 'Checkerboard', 'Scales of MS-SSIM', 'Note', 'SHA-256'], scans, [3, 4, 5, 6])}`;
}

function method(report: EvaluationReport): string {
  const { checkpoint } = report;
  const rows = [
    ['Inputs', inputWords(report)],
    ['Back-projection', report.backProjection === 0 ? 'not measured' : `${String(report.backProjection)} steps, beside the result without`],
    ['Brain', 'what stands out from the background in the true scan, gaps closed; intensities count from the background'],
    ['Checkpoint', `${checkpoint.id} of ${checkpoint.modelId}, iteration ${String(checkpoint.iteration)}, SHA-256 ${checkpoint.sha256}`],
    ['Trained on', `${String(checkpoint.trainingScans)} scans, dataset fingerprint ${checkpoint.trainingSetHash}`],
    ['Made with', `Doppel ${report.doppel}, ${report.engine} on ${report.device}, ${report.createdAt}`],
    ...allMeasures.map((measure) => [measureWords[measure].title, `${measureWords[measure].meaning} ${measureWords[measure].isHigherBetter ? 'Higher' : 'Lower'} is better.`]),
  ]; // prettier-ignore
  return `<h2>How it was measured</h2>${table(['', ''], rows, []).replace(/<thead>.*?<\/thead>/, '')}`;
}

/** The whole report; it needs no other file. */
export function writeEvaluationReport(report: EvaluationReport, pictures: readonly ScanPictures[]): string {
  const body = [
    header(report),
    summaryTable(report),
    testSection(report),
    plots(report),
    pictureSection(pictures),
    agreementSection(report),
    `<h2>What this shows, and what it cannot</h2><ul>${limitsOf(report)
      .map((text) => `<li>${escapeHtml(text)}</li>`)
      .join('')}</ul>`,
    scanTable(report),
    method(report),
    `<footer>Written by Doppel ${escapeHtml(report.doppel)} on ${escapeHtml(report.createdAt)}.</footer>`,
  ];
  return page('Doppel: super-resolution evaluation', body.join('\n'));
}
