/** The statistics of a reader study as text: the verdict first, then a table of each kind. */
import type { TrialsReport } from '#contract/studyCommands.ts';
import type { Range, Share } from '#shared/study/outcome.ts';
import type { RandomEffects } from '#shared/study/pooledStatistics.ts';
import { formatSeconds, formatTable } from './output.ts';

const none = '–';
const decimal = (value: number | null, digits = 3): string => (value === null ? none : value.toFixed(digits));
const range = (of: Range | null): string => (of === null ? none : `${decimal(of[0])} to ${decimal(of[1])}`);
const withRange = (value: number | null, of: Range | null): string =>
  value === null ? none : `${decimal(value)} (${range(of)})`;
const share = (of: Share | null): string => (of === null ? none : withRange(of.value, of.wilson95));
const seconds = (ms: number | null): string => (ms === null ? none : `${(ms / 1000).toFixed(1)} s`);

function probability(p: number | null): string {
  if (p === null) return none;
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

function describeReaders({ readers, pooled }: TrialsReport): string {
  const heading = ['reader', 'trials', 'accuracy (95 %)', 'p', 'Holm', 'sensitivity', 'specificity', 'd′', 'c', 'AUC (95 %)']; // prettier-ignore
  const rows = readers.map((reader) => [
    reader.reader, String(reader.trials), withRange(reader.accuracy, reader.wilson95), probability(reader.binomialP),
    probability(reader.binomialPHolm), decimal(reader.sensitivity?.value ?? null), decimal(reader.specificity?.value ?? null),
    decimal(reader.dPrime, 2), decimal(reader.criterion, 2), withRange(reader.auc, reader.aucCi95),
  ]); // prettier-ignore
  const all = [
    'all answers', String(pooled.trials), withRange(pooled.accuracy, pooled.bootstrap95), none, none,
    decimal(pooled.sensitivity?.value ?? null), decimal(pooled.specificity?.value ?? null),
  ]; // prettier-ignore
  return formatTable([heading, ...rows, all]);
}

const describeEffects = (name: string, effects: RandomEffects): string =>
  `${name}: ${withRange(effects.estimate, effects.ci95)}, standard error ${decimal(effects.se, 4)}, ${effects.df === null ? 'normal distribution' : `${effects.df.toFixed(1)} degrees of freedom`}, p ${probability(effects.p)} against 0.5`;

const methodOf = (effects: Pick<RandomEffects, 'method'> | null): string =>
  effects?.method === 'u-statistics' ? 'Gallas’ U-statistics, as not all saw all cases' : 'Obuchowski–Rockette, Hillis';

function describeMixedModel({ mixedModel }: TrialsReport): readonly string[] {
  if (mixedModel === null) return [];
  const names = { intercept: 'real scan, at the begin', truth: 'synthetic instead', expertise: 'ten years more experience', order: 'last instead of first' }; // prettier-ignore
  const rows = mixedModel.terms.map(({ term, oddsRatio, oddsRatioCi95, p }) => [names[term], withRange(oddsRatio, oddsRatioCi95), probability(p)]); // prettier-ignore
  return ['', formatTable([['odds of a right answer', 'ratio (95 %)', 'p'], ...rows])];
}

function describeAverages({ pooled, mrmc }: TrialsReport): readonly string[] {
  return [
    `Readers together, for random readers and random cases (${methodOf(pooled.randomEffects ?? mrmc)}):`,
    ...(pooled.randomEffects === null ? [] : [`  ${describeEffects('accuracy', pooled.randomEffects)}`]),
    ...(mrmc === null ? [] : [`  ${describeEffects('AUC', { ...mrmc, estimate: mrmc.auc })}`]),
    ...(pooled.randomEffects === null && mrmc === null ? [`  ${none}`] : []),
  ];
}

function describeAgreement({ agreement, repeats }: TrialsReport): string {
  const pairs = agreement.pairs.map(({ readers, cases, agreement: equal, kappa, kappaCi95, pabak, weightedKappa }) => [
    readers.join(' – '), String(cases), decimal(equal), withRange(kappa, kappaCi95), decimal(pabak), decimal(weightedKappa),
  ]); // prettier-ignore
  const again = (repeats ?? []).map(({ reader, pairs: count, agreement: equal, kappa, kappaCi95, weightedKappa }) => [
    `${reader ?? 'all'}, again`, String(count), decimal(equal), withRange(kappa, kappaCi95), decimal(2 * equal - 1), decimal(weightedKappa),
  ]); // prettier-ignore
  return [
    `Fleiss’ κ ${withRange(agreement.fleissKappa, agreement.fleissKappaCi95)}, Krippendorff’s α of the scores ${withRange(agreement.krippendorffAlpha, agreement.krippendorffAlphaCi95)}, of the verdicts ${withRange(agreement.krippendorffAlphaNominal, agreement.krippendorffAlphaNominalCi95)}`,
    '(readers who answer at chance cannot agree beyond it: κ near 0 is then no fault of theirs)',
    formatTable([['readers', 'cases', 'agreement', 'Cohen’s κ (95 %)', 'PABAK', 'weighted κ'], ...pairs, ...again]),
  ].join('\n');
}

function describeCourse({ course, reactionTimes }: TrialsReport): readonly string[] {
  const all = course?.find(({ reader }) => reader === null);
  const quarters = all?.quarters.map(({ quarter, accuracy, reactionMs }) => [String(quarter), share(accuracy), seconds(reactionMs)]); // prettier-ignore
  const ratio = reactionTimes?.wrongToCorrect ?? null;
  return [
    ...(quarters === undefined ? [] : ['', formatTable([['quarter', 'accuracy (95 %)', 'time'], ...quarters])]),
    ...(ratio === null ? [] : [`Wrong answers take ${decimal(ratio.ratio, 2)} (${range(ratio.ci95)}) times as long as right ones.`]), // prettier-ignore
  ];
}

const mostCases = 5;

function describeCases({ cases, confidence, models }: TrialsReport): readonly string[] {
  const shown = cases.hardestFirst.slice(0, mostCases);
  const levels = ['possibly', 'probably', 'definitely'];
  return [
    '',
    formatTable([
      ['hardest cases', 'truth', 'right', 'mean score'],
      ...shown.map(({ case: id, truth, accuracy, meanScore }) => [id, truth === 1 ? 'synthetic' : 'real', accuracy === null ? none : `${String(accuracy.count)} of ${String(accuracy.n)}`, decimal(meanScore, 1)]), // prettier-ignore
    ]),
    '',
    formatTable([
      ['confidence', 'answers', 'accuracy (95 %)'],
      ...confidence.levels.map(({ accuracy }, index) => [
        levels[index] ?? '',
        String(accuracy?.n ?? 0),
        share(accuracy),
      ]),
    ]),
    `Read as probabilities, the scores have a Brier score of ${decimal(confidence.probability?.brier ?? null)} (0.25: always one half) and a calibration error of ${decimal(confidence.probability?.calibrationError ?? null)}.`,
    ...(models === null
      ? []
      : ['', formatTable([['model', 'cases', 'found out (95 %)', 'mean AUC (95 %)'], ...models.map(({ model, cases: count, detected, mrmc }) => [model, String(count), share(detected), withRange(mrmc?.estimate ?? null, mrmc?.ci95 ?? null)])])]), // prettier-ignore
  ];
}

export function describeStudy(report: TrialsReport): string {
  const { design, tost, unanswered, absent } = report;
  const times = report.readers.flatMap(({ medianReactionMs }) => medianReactionMs ?? []);
  const slowest = times.length === 0 ? '' : `; median times up to ${formatSeconds(Math.max(...times) / 1000)}`;
  return [
    `${String(design.readers)} readers, ${String(design.realCases)} real and ${String(design.syntheticCases)} synthetic scans, ${String(design.trials)} answers, ${String(design.repeats)} repeats, ${String(unanswered)} without an answer${slowest}`,
    '',
    tost.verdict,
    `Two one-sided exact tests at ±${String(tost.margin)}: p ${probability(tost.pLower)} and ${probability(tost.pUpper)}${tost.randomEffects === null ? '' : `; for random readers and cases ${probability(tost.randomEffects.pLower)} and ${probability(tost.randomEffects.pUpper)}`}`,
    '',
    describeReaders(report),
    '',
    ...describeAverages(report),
    '',
    describeAgreement(report),
    ...describeCourse(report),
    ...describeMixedModel(report),
    ...describeCases(report),
    ...(absent.length === 0
      ? []
      : ['', 'Not computed:', ...absent.map(({ statistic, of, reason }) => `  ${statistic}${of === null ? '' : ` (${of})`}: ${reason}`)]), // prettier-ignore
    '',
    'Methods:',
    report.methods,
  ].join('\n');
}
