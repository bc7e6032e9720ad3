/** How well each reader, and all of them, told the scans apart. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import { plotFigure, type Plot } from '../chart.ts';
import { forestPlot, rocPlot } from '../detectionPlots.ts';
import { note, numbersTable, type Section } from '../building.ts';
import { counted, decimal, degrees, none, percent, percentWithRange, plural, probability, seconds, withRange } from './numbers.ts'; // prettier-ignore
import { basis, methodWords, wordingOf } from './wording.ts';

function accuracyForest({ plots, tost, pooled }: StudyReport): Plot {
  return forestPlot({
    title: 'Accuracy of each reader, and their mean',
    across: `share of right answers, 95 % interval; band: chance ± ${percent(tost.margin)}`,
    rows: plots.forest.map(({ reader, accuracy, ci95 }) => ({
      name: reader ?? (pooled.randomEffects === null ? 'All answers' : 'Mean of readers'),
      value: accuracy,
      interval: ci95,
      isSummary: reader === null,
      words: percentWithRange(accuracy, ci95),
    })),
    reference: 0.5,
    margin: tost.margin,
  });
}

function rocCurves(report: StudyReport): Plot {
  const { signal } = wordingOf(report);
  const { plots } = report;
  return rocPlot({
    title: 'Empirical ROC curves',
    across: `1 − specificity`,
    up: `sensitivity (“${signal}”)`,
    readers: plots.roc.map(({ reader, points }) => ({ name: reader, points })),
    pooled: { name: 'all answers', points: plots.pooledRoc },
  });
}

/** Tables of the readers; the columns are few enough for an upright page. */
function readerTables(report: StudyReport): string {
  const { readers, pooled } = report;
  const { signal, noise } = wordingOf(report);
  const right = readers.map((row) => [
    row.reader, `${row.correct}/${row.trials}`, percentWithRange(row.accuracy, row.wilson95), probability(row.binomialP), probability(row.binomialPHolm),
  ]); // prettier-ignore
  const kinds = [...readers.map((row) => ({ name: row.reader, ...row })), { name: 'All answers', ...pooled }].map((row) => [
    row.name, counted(row.sensitivity), counted(row.specificity), percent(row.balancedAccuracy),
  ]); // prettier-ignore
  const predictive = [...readers.map((row) => ({ name: row.reader, ...row })), { name: 'All answers', ...pooled }].map((row) => [
    row.name, counted(row.positivePredictiveValue), counted(row.negativePredictiveValue),
  ]); // prettier-ignore
  const detection = readers.map((row) => [
    row.reader, decimal(row.dPrime, 2), decimal(row.criterion, 2), withRange(row.auc, row.aucCi95), decimal(row.aucSe), seconds(row.medianReactionMs),
  ]); // prettier-ignore
  return [
    numbersTable('Right answers', ['Reader', 'Right/N', 'Accuracy [95 %]', 'p against 50 %', 'p (Holm)'], right),
    note(`Wilson’s interval; exact two-sided binomial test of each reader’s first answers, Holm’s correction over ${plural(readers.length, 'reader')}.`),
    numbersTable('Both kinds', ['Reader', `Sensitivity: “${signal}” when it is`, `Specificity: “${noise}” when it is`, 'Balanced accuracy'], kinds),
    note('Count/N, share, Wilson’s 95 % interval. The last row takes all answers as if independent.'),
    numbersTable('What an answer was worth', ['Reader', `“${signal}” was right`, `“${noise}” was right`], predictive),
    note('Predictive values at this study’s mixture of the two kinds.'),
    numbersTable('Detection', ['Reader', 'd′', 'c', 'AUC [95 %]', 'SE (DeLong)', 'Median time'], detection),
    note(`d′ and criterion c: equal-variance normal model, log-linear correction${report.design.protocol === 'pair' ? ', d′ over √2 as of choices between two' : ''}; c above 0: slow to say “${signal}”. AUC: empirical, of the six scores, with DeLong’s interval.`),
  ].join(''); // prettier-ignore
}

function averageTable(report: StudyReport): string {
  const { mrmc, pooled } = report;
  const effects = [
    ...(pooled.randomEffects === null ? [] : [{ name: 'Accuracy', ...pooled.randomEffects }]),
    ...(mrmc === null ? [] : [{ name: 'AUC', estimate: mrmc.auc, ...mrmc }]),
  ];
  if (effects.length === 0) return note('Figures for other readers and cases need two readers or more.');
  const rows = effects.map(({ name, estimate, ci95, se, df, p, readers, realCases, syntheticCases }) => [
    name, withRange(estimate, ci95), decimal(se, 4), degrees(df), probability(p), `${readers} × (${realCases} + ${syntheticCases})`,
  ]); // prettier-ignore
  const bootstrap =
    pooled.bootstrap95 === null
      ? ''
      : note(
          `Beside it, the accuracy of all ${pooled.trials} answers: ${percentWithRange(pooled.accuracy, pooled.bootstrap95)}, readers and cases drawn again (crossed bootstrap, ${report.design.resamples} resamples, seed ${report.design.seed}). Design effect: ${decimal(pooled.designEffect, 2)}; exact binomial p as if all answers were independent: ${probability(pooled.naiveBinomialP)}, too small where readers share cases.`,
        );
  return `${numbersTable('Multi-reader multi-case analysis', ['Of all readers', 'Estimate [95 %]', 'SE', 'df', 'p against 0.5', 'Readers × (cases of each kind)'], rows)}
${note(`For random readers and random cases. ${[...new Set(effects.map(methodWords))].join('; ')}.`)}${bootstrap}`;
}

const termWords = {
  intercept: 'real scan, first answer, mean experience',
  truth: 'synthetic instead of real',
  expertise: 'ten years more of experience',
  order: 'last instead of first answer',
} as const;

function mixedModelTable({ mixedModel }: StudyReport): string {
  if (mixedModel === null) return '';
  const rows = mixedModel.terms.map(({ term, estimate, ci95, se, p, oddsRatio, oddsRatioCi95 }) => [
    termWords[term], withRange(estimate, ci95, 2), decimal(se), term === 'intercept' ? none : withRange(oddsRatio, oddsRatioCi95, 2), probability(p),
  ]); // prettier-ignore
  return `${numbersTable('What makes an answer right', ['Term', 'Log odds [95 %]', 'SE', 'Odds ratio [95 %]', 'p (Wald)'], rows)}
${note(`Mixed logistic regression of ${plural(mixedModel.answers, 'first answer')}, readers and cases random (Laplace’s approximation): standard deviation of readers ${decimal(mixedModel.readerSd, 2)}, of cases ${decimal(mixedModel.caseSd, 2)}, in log odds; log likelihood ${decimal(mixedModel.logLikelihood, 2)}.`)}`;
}

export function readersSection(report: StudyReport): Section {
  return {
    id: 'readers',
    title: 'Readers',
    html: `<div class="charts wide">${plotFigure(accuracyForest(report))}</div>
${averageTable(report)}
<div class="charts large">${plotFigure(rocCurves(report))}</div>
${note('A point a score. The thick curve takes all answers as those of one reader; what holds for readers is the mean AUC above.')}
${readerTables(report)}${mixedModelTable(report)}
${note(`Computed from ${basis(report, wordingOf(report))}; later showings of a scan count for the agreement within readers alone.`)}`,
  };
}
