/** The model card of a training, under the headings of Mitchell et al. 2019 (FAT* '19:220, doi 10.1145/3287560.3287596). */
import type { EvaluationReport } from '../contract/evaluation.ts';
import type { EvidenceReport } from '../contract/evidence/report.ts';
import type { HealthNotice } from '../contract/health.ts';
import type { Job, TrainRequest } from '../contract/jobs.ts';
import type { CheckpointRecord, DatasetRecord, ModelDescriptor, VolumeRecord } from '../contract/records.ts';
import { facts, lab, list, tableOf, text, type Block, type CardDocument } from './document.ts';
import { attributeRows, formatFigure, preparationRows, splitRows } from './datasetFacts.ts';

export interface ModelCardFacts {
  readonly job: Job;
  readonly request: TrainRequest;
  readonly model: ModelDescriptor;
  readonly dataset: DatasetRecord;
  /** Those trained with or held out. */
  readonly volumes: readonly VolumeRecord[];
  /** The last value of every loss. */
  readonly losses: Readonly<Record<string, number>>;
  readonly health: readonly HealthNotice[];
  readonly checkpoints: readonly CheckpointRecord[];
  /** Of scans that its checkpoints made, and of its checkpoints. */
  readonly evidence: readonly EvidenceReport[];
  readonly evaluations: readonly EvaluationReport[];
  /** When the card is written, ISO 8601. */
  readonly at: string;
}

const forInstance = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function goalOf({ until }: TrainRequest): string {
  return 'iterations' in until ? `${String(until.iterations)} iterations` : `${String(until.minutes)} minutes`;
}

function details({ job, request, model, checkpoints }: ModelCardFacts): readonly Block[] {
  const newest = checkpoints[0];
  return [
    facts([
      ['Model', `${model.title} (${model.id})`],
      ['What it does', model.purpose],
      ['After', model.citation],
      ['Training', `${job.id}, ${job.state}, ${job.startedAt?.slice(0, 10) ?? 'not begun'}`],
      ['Iterations', `${String(job.iteration)} of ${goalOf(request)}`],
      ['Seed', String(request.seed)],
      ['Begun with', request.startFrom === undefined ? 'networks drawn from the seed' : `checkpoint ${request.startFrom}`],
      ['Device', job.device ?? 'not known'],
      ['Peak memory of its process', job.peakMemoryMb === null ? 'not measured' : `${job.peakMemoryMb.toFixed(0)} MB`],
      ['Versions', `Doppel ${job.versions.doppel}, Node ${job.versions.node}, ${job.versions.engine}`],
      ['Weights (SHA-256)', newest === undefined ? 'none kept' : `${newest.sha256} (checkpoint ${newest.id})`],
      ['Licence of the code', 'Apache-2.0 (Doppel)'],
    ]),
    ...(model.differences.length === 0 ? [] : [text('It differs from the published model:'), list(model.differences)]),
    text(`Settings (preset ${request.preset}):`),
    tableOf(['setting', 'value'], Object.entries(request.config).map(([name, value]) => [name, forInstance(value)])),
    lab('Who trained it, whom to ask, how to cite it, and under which licence the weights may be used.'),
  ]; // prettier-ignore
}

const intendedUse = ({ model }: ModelCardFacts): readonly Block[] => [
  text(
    model.kind === 'generator'
      ? 'Made for research: to draw synthetic brain scans for studies of methods, teaching, and training of other networks beside real scans.'
      : 'Made for research: to see what a scan with thick slices or large voxels may look like at a finer resolution.',
  ),
  text('Not for diagnosis, treatment or any decision about a person. Its scans show no person and must not pass for measured ones; files are marked as what they are.'), // prettier-ignore
  lab('The intended users and the study that it was trained for; uses that are excluded by consent or contract.'),
];

function factors({ request, dataset, volumes }: ModelCardFacts): readonly Block[] {
  const rows = attributeRows(volumes);
  const condition = request.config['condition'];
  return [
    text(`It knows scans like those of the dataset "${dataset.name}" alone: their scanners, contrasts, ages and diseases.`),
    ...(typeof condition === 'string' && condition !== '' ? [text(`It is conditional on the column "${condition}".`)] : []),
    ...(rows.length === 0 ? [] : [tableOf(['attribute', 'of the training scans'], rows)]),
    lab('Groups for which results may differ (age, sex, scanner, disease), and whether that was looked at.'),
  ]; // prettier-ignore
}

const metrics = (): readonly Block[] => [
  text('Likeness, variety, anatomy and copies of patients are told by Doppel’s evidence report, each number with its 95 % interval, the number of scans, and two baselines; super-resolution by PSNR, SSIM and others inside the brain against interpolation.'), // prettier-ignore
];

const evaluationData = ({ dataset }: ModelCardFacts): readonly Block[] => [
  text(
    dataset.heldout === 0
      ? 'No scans of the dataset were held out: whatever is measured on it, it was trained on.'
      : `${String(dataset.heldout)} scans of the same dataset, held out by subject and drawn with seed ${String(dataset.seed)}. They come from the same scanners as the training scans; scans from elsewhere may fare worse.`,
  ),
];

const trainingData = ({ dataset, volumes }: ModelCardFacts): readonly Block[] => [
  facts([
    ['Dataset', `${dataset.name}, ${String(dataset.grid)}³ voxels of ${formatFigure(dataset.spacingMm)} mm`],
    ['Fingerprint (SHA-256)', dataset.fingerprint],
    ...splitRows(dataset, volumes),
    ...preparationRows(volumes),
  ]),
  text('More is in its datasheet.'),
];

const intervalWords = (low: number | null, high: number | null): string =>
  low === null || high === null ? '' : ` (95 % ${formatFigure(low)} to ${formatFigure(high)})`;

function quantitative({ losses, evidence, evaluations }: ModelCardFacts): readonly Block[] {
  const last = Object.entries(losses).map(([name, value]) => [name, formatFigure(value)]);
  return [
    ...evidence.flatMap(({ verdicts, sets, seed, createdAt }) => [
      text(`Evidence report of ${createdAt.slice(0, 10)}: ${String(sets.synthetic.n)} synthetic and ${String(sets.real.n)} real scans (${sets.real.words}), seed ${String(seed)}.`), // prettier-ignore
      tableOf(
        ['section', 'verdict', 'in words'],
        verdicts.map(({ section, tone, words }) => [section, tone, words]),
      ),
    ]),
    ...evaluations.flatMap(({ split, summaries }) => [
      text(`Super-resolution, ${split}`),
      tableOf(
        ['method', 'measure', 'median', 'scans'],
        summaries.map(({ method, measure, median, interval, n }) => [method, measure, `${formatFigure(median)}${intervalWords(interval.low, interval.high)}`, String(n)]), // prettier-ignore
      ),
    ]),
    ...(evidence.length + evaluations.length > 0 ? [] : [text('Nothing was measured on its results yet: run doppel evaluate (scans) or doppel sr-evaluate (super-resolution) first.')]), // prettier-ignore
    ...(last.length === 0 ? [] : [text('Losses of the last iteration, which say little of quality:'), tableOf(['loss', 'value'], last)]), // prettier-ignore
  ];
}

const ethics = ({ model, dataset }: ModelCardFacts): readonly Block[] => [
  text('A network can repeat scans that it was trained on, and few scans make that likelier. The privacy section of the evidence report looks for copies; finding none proves nothing.'), // prettier-ignore
  ...(dataset.heads === 0 ? [] : [text(`${String(dataset.heads)} training scans show whole heads: faces can be known again.`)]), // prettier-ignore
  ...(model.kind === 'super-resolution' ? [text('Detail below the resolution of a scan is estimated, not measured: lesions can be lost or made up.')] : []), // prettier-ignore
  lab('Approval of the ethics board, its number, and what the participants consented to.'),
];

function caveats({ job, health, model }: ModelCardFacts): readonly Block[] {
  const states = health.filter(({ state }) => state === 'warn' || state === 'alarm');
  return [
    ...(job.state === 'succeeded' ? [] : [text(`The training has not reached its goal: it is ${job.state}.`)]),
    ...(states.length === 0
      ? [text('Nothing was told of its health beyond that it was well, or it was not watched.')]
      : [text('Told while it trained:'), list(states.map(({ iteration, state, text: words }) => `Iteration ${String(iteration)}, ${state}: ${words}`))]), // prettier-ignore
    ...(model.kind === 'generator' ? [text('Synthetic scans carry a mark of the project in their voxels at 50 dB unless it was left out (Mark in the sidecars).')] : []), // prettier-ignore
    lab('What a user should know besides, and how faults are reported.'),
  ];
}

export function modelCard(known: ModelCardFacts): CardDocument {
  const { model, job, at } = known;
  return {
    title: `Model card: ${model.title}, training ${job.id}`,
    origin: `Headings after Mitchell et al. 2019, Model Cards for Model Reporting. Filled in by Doppel ${job.versions.doppel} from its project on ${at.slice(0, 10)}.`,
    sections: [
      { title: 'Model Details', blocks: details(known) },
      { title: 'Intended Use', blocks: intendedUse(known) },
      { title: 'Factors', blocks: factors(known) },
      { title: 'Metrics', blocks: metrics() },
      { title: 'Evaluation Data', blocks: evaluationData(known) },
      { title: 'Training Data', blocks: trainingData(known) },
      { title: 'Quantitative Analyses', blocks: quantitative(known) },
      { title: 'Ethical Considerations', blocks: ethics(known) },
      { title: 'Caveats and Recommendations', blocks: caveats(known) },
    ],
  };
}
