/** The demo's report: what went in, what came out, how long it took, and what that does and does not show. */
import type { DatasetDetail, JobDetail, MetricSeries } from '#contract/commands.ts';
import type { FileOutcome, ModelDescriptor } from '#contract/records.ts';
import { commandList, escapeHtml, figure, page, pngImage, table } from '#shared/report/html.ts';
import type { LinearMmd } from '#shared/statistics/linearMmd.ts';
import type { PairwiseSimilarity } from '#shared/statistics/structuralSimilarity.ts';
import { lineChart } from './chart.ts';
import { nextSteps, readingNotes } from './reportWords.ts';

const base64 = (png: Uint8Array): string => Buffer.from(png).toString('base64');

export interface Timing {
  readonly step: string;
  readonly seconds: number;
  readonly note: string;
}

export interface Preview {
  readonly iteration: number;
  readonly png: Uint8Array;
}

export interface DemoResult {
  /** In words: what scans these are. `isPhantom` when nobody's brain is among them. */
  readonly source: { readonly title: string; readonly isPhantom: boolean };
  readonly dataset: DatasetDetail;
  readonly files: readonly FileOutcome[];
  readonly model: ModelDescriptor;
  readonly training: JobDetail;
  readonly metrics: MetricSeries;
  readonly syntheticCount: number;
  readonly pictures: {
    readonly real: Uint8Array;
    readonly synthetic: Uint8Array;
    readonly previews: readonly Preview[];
  };
  /** null where there were too few scans to compare. */
  readonly comparison: {
    readonly reference: 'heldout' | 'all';
    readonly references: number;
    readonly mmd: LinearMmd;
    readonly real: PairwiseSimilarity;
    readonly synthetic: PairwiseSimilarity;
  } | null;
  readonly timings: readonly Timing[];
  readonly totalSeconds: number;
  readonly date: string;
}

const seconds = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0)) + ' s';
const minutes = (value: number): string => {
  const whole = Math.round(value);
  return whole < 60
    ? `${String(whole)} s`
    : `${String(Math.floor(whole / 60))} min ${String(whole % 60).padStart(2, '0')} s`;
};
const plural = (count: number, one: string): string => `${String(count)} ${one}${count === 1 ? '' : 's'}`;

function header({ source, dataset, training, syntheticCount, totalSeconds }: DemoResult): string {
  const fact = (name: string, value: string, unit = ''): string =>
    `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}${unit === '' ? '' : ` <small>${escapeHtml(unit)}</small>`}</dd></div>`;
  return `<header>
<h1>Synthetic brains, from start to finish</h1>
<p class="lead">${escapeHtml(source.title)} went through import, training and synthesis on this computer, and came out as new scans.</p>
<dl class="facts">
${fact('Scans read', String(dataset.volumes), `${String(dataset.train)} to train, ${String(dataset.heldout)} held out`)}
${fact('Training', String(training.job.iteration), 'iterations')}
${fact('Synthetic scans', String(syntheticCount), 'NIfTI files')}
${fact('All in all', minutes(totalSeconds))}
</dl>
</header>`;
}

function pictures({ pictures: { real, synthetic, previews }, dataset, source, training }: DemoResult): string {
  const heldOut = dataset.heldout > 0 ? ' Those marked held out were kept from the training.' : '';
  const realKind = source.isPhantom ? 'Phantom scans as imported' : 'Real scans as imported';
  const previewFigures = previews.map(({ iteration, png }) =>
    figure(
      pngImage(base64(png), `Synthetic slices after ${String(iteration)} iterations`),
      `Iteration ${String(iteration)}`,
    ),
  );
  return `<h2>Side by side</h2>
<p class="soft">Axial, coronal and sagittal middle slices, all in one grey scale. The subject’s left is on the left; anterior is up in
axial slices and on the right in sagittal ones.</p>
<div class="pair">
${figure(pngImage(base64(real), realKind), `<span class="tag">${source.isPhantom ? 'phantom' : 'real'}</span> ${realKind}, on the same ${String(dataset.grid)}³ grid.${heldOut}`)}
${figure(pngImage(base64(synthetic), 'Synthetic scans'), `<span class="tag synthetic">synthetic</span> New scans from random codes after ${String(training.job.iteration)} iterations, not chosen: seeds in order.`)}
</div>
<h2>Learning to draw</h2>
<p class="soft">The same random codes, again and again during the training.</p>
${previewFigures.join('')}`;
}

/** Reconstruction errors first: they alone mean progress when they fall. */
const rank = (name: string): number => (name.startsWith('reconstruction') ? 0 : 1);

function settings({ training }: DemoResult): string {
  const { request } = training.job;
  if (request.kind !== 'train') return '';
  const config = Object.entries(request.config).map(([name, value]) => `${name} ${String(value)}`);
  return `Settings: preset ${request.preset} changed for a short training: ${config.join(', ')}; seed ${String(request.seed)}.`;
}

function curves(result: DemoResult): string {
  const { metrics, model } = result;
  const series = Object.entries(metrics.values).toSorted(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  const charts = series.map(([name, values]) => lineChart(name, metrics.iterations, values));
  return `<h2>Losses</h2>
<p class="soft">Pale: every iteration; dark: running mean. The losses of adversarial training are a contest: falling reconstruction
errors mean progress, the others only show that neither side has won.</p>
<div class="charts">${charts.join('')}</div>
<p class="soft">${escapeHtml(model.title)}. ${escapeHtml(model.citation)}</p>
<p class="soft">${escapeHtml(settings(result))}</p>`;
}

function comparison({ comparison: found, dataset, syntheticCount }: DemoResult): string {
  if (found === null) return '';
  const { mmd, real, synthetic, references, reference } = found;
  const ssim = (value: PairwiseSimilarity): string =>
    `${value.mean.toFixed(3)} ± ${value.standardDeviation.toFixed(3)}`;
  const from = reference === 'heldout' ? 'held-out' : 'imported';
  const scales = `${plural(real.scales, 'scale')} with weights ${real.weights.map((weight) => weight.toFixed(3)).join(', ')}; window ${String(real.window)}`;
  return `<h2>In numbers</h2>
${table(
  ['Measure', 'Value', 'Of'],
  [
    ['MS-SSIM between synthetic scans', ssim(synthetic), plural(synthetic.pairs, 'pair')],
    ['MS-SSIM between imported scans', ssim(real), plural(real.pairs, 'pair')],
    [
      'Linear-kernel MMD², published form',
      mmd.biased.toFixed(1),
      `${String(syntheticCount)} synthetic, ${String(references)} ${from}`,
    ],
    [
      'Linear-kernel MMD², unbiased',
      mmd.unbiased.toFixed(1),
      `${String(syntheticCount)} synthetic, ${String(references)} ${from}`,
    ],
  ],
  [1],
)}
<p class="soft">MS-SSIM says how alike scans of a set are (mean ± standard deviation over pairs; ${scales}): synthetic scans that are
much more alike than the imported ones mean that the network repeats itself. MMD² is the squared distance of mean images, in [0, 1],
summed over the ${String(dataset.grid)}³ voxels; 0 is best. So few scans make every one of these numbers rough.</p>`;
}

function data({ dataset, files, source }: DemoResult): string {
  const side = dataset.grid * dataset.spacingMm;
  const rejected = files.filter((file) => file.status === 'rejected');
  const warned = files.filter((file) => file.status === 'warning');
  const problems = [...rejected, ...warned].map((file) => [file.path, file.status, file.reason]);
  const shown = problems.slice(0, 20);
  return `<h2>The data set</h2>
${table(
  ['', ''],
  [
    ['Source', source.title],
    [
      'Scans',
      `${String(dataset.volumes)} imported${warned.length > 0 ? `, ${String(warned.length)} of them with a warning` : ''}; ${plural(rejected.length, 'file')} rejected`,
    ],
    [
      'Split',
      `${String(dataset.train)} training, ${String(dataset.heldout)} held out; by subject, seed ${String(dataset.seed)}`,
    ],
    [
      'Grid',
      `${String(dataset.grid)}³ voxels of ${dataset.spacingMm.toFixed(2)} mm (${side.toFixed(0)} mm a side), the finest in which every brain fits`,
    ],
    ['Fingerprint', dataset.fingerprint],
  ],
  [],
).replace(/<thead>.*?<\/thead>/, '')}
${problems.length === 0 ? '' : `<h3>Files with something to say</h3>${table(['File', 'Result', 'Why'], shown, [])}`}
<p><strong>Where the voxels are.</strong> Every scan was turned to RAS order, smoothed against aliasing and resampled to that grid,
centred on the brain’s centre of mass. The synthetic files are NIfTI-1 on the same grid: RAS, ${dataset.spacingMm.toFixed(2)} mm isotropic, affine
in mm with the brain’s centre at 0, 0, 0, intensities in the units of the scans. They open in any viewer at the right size, and their
headers say SYNTHETIC.</p>`;
}

function timings({ timings: rows, totalSeconds, training }: DemoResult): string {
  const { job } = training;
  return `<h2>Time</h2>
${table(['Step', 'Time', ''], [...rows.map(({ step, seconds: value, note }) => [step, seconds(value), note]), ['Total', minutes(totalSeconds), '']], [1])}
<p class="soft">Device: ${escapeHtml(job.device ?? 'unknown')}. Doppel ${escapeHtml(job.versions.doppel)}, engine ${escapeHtml(job.versions.engine)},
Node ${escapeHtml(job.versions.node)}. Set-up (packages, engine) is not counted.</p>`;
}

/** The whole report as one HTML file that needs nothing else. */
export function writeReport(result: DemoResult): string {
  const notes = readingNotes(result.source.isPhantom)
    .map((html) => `<li>${html}</li>`)
    .join('');
  const body = [
    header(result),
    pictures(result),
    `<h2>What this shows, and what it cannot</h2><ul>${notes}</ul>`,
    curves(result),
    comparison(result),
    data(result),
    timings(result),
    `<h2>Next</h2>${commandList(nextSteps(result.source.isPhantom, result.training.job.id))}`,
    `<footer>Written by the Doppel demo on ${escapeHtml(result.date)}. Research software: not a medical device, not for diagnosis.</footer>`,
  ];
  return page('Doppel demo', body.join('\n'));
}
