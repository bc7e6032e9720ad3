/** Whether readers agree with each other, and with themselves. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import type { PairAgreement } from '../../study/agreement.ts';
import { agreementMatrix } from '../answerPlots.ts';
import { plotFigure, type Plot } from '../chart.ts';
import { note, numbersTable, type Section } from '../building.ts';
import { decimal, percent, plural, probability, withRange } from './numbers.ts';

const kappaMatrix = ({ plots }: StudyReport): Plot =>
  agreementMatrix({ title: 'Cohen’s κ of the verdicts', ...plots.agreement });

function pairRow({ readers, cases, agreement, kappa, kappaCi95, pabak, weightedKappa, weightedKappaCi95, aucDifference, aucP }: PairAgreement): readonly string[] {
  return [
    readers.join(' – '), String(cases), percent(agreement), withRange(kappa, kappaCi95, 2), decimal(pabak, 2),
    withRange(weightedKappa, weightedKappaCi95, 2), `${decimal(aucDifference)} (${probability(aucP)})`,
  ];
} // prettier-ignore

function within({ repeats }: StudyReport): string {
  if (repeats === null) return note('No scan was shown twice to a reader: agreement within readers is not known.');
  const rows = repeats.map(({ reader, pairs, agreement, kappa, kappaCi95, weightedKappa, weightedKappaCi95 }) => [
    reader ?? 'All readers', String(pairs), percent(agreement), withRange(kappa, kappaCi95, 2), decimal(2 * agreement - 1, 2),
    withRange(weightedKappa, weightedKappaCi95, 2),
  ]); // prettier-ignore
  return `${numbersTable('Within readers', ['Reader', 'Pairs of answers', 'Same verdict', 'κ [95 %]', 'PABAK', 'Weighted κ [95 %]'], rows)}
${note('A first and a later answer of one reader to one scan.')}`;
}

export function agreementSection(report: StudyReport): Section {
  const { agreement, design, plots } = report;
  const together = [
    ['Fleiss’ κ of the verdicts', withRange(agreement.fleissKappa, agreement.fleissKappaCi95), String(agreement.fleissCases)],
    ['Krippendorff’s α of the scores (ordinal)', withRange(agreement.krippendorffAlpha, agreement.krippendorffAlphaCi95), String(design.realCases + design.syntheticCases)],
    ['Krippendorff’s α of the verdicts (nominal)', withRange(agreement.krippendorffAlphaNominal, agreement.krippendorffAlphaNominalCi95), String(design.realCases + design.syntheticCases)],
  ]; // prettier-ignore
  const matrix =
    plots.agreement.readers.length < 2 ? '' : `<div class="charts">${plotFigure(kappaMatrix(report))}</div>`;
  const pairs =
    agreement.pairs.length === 0
      ? ''
      : `${numbersTable('Each pair of readers', ['Readers', 'Cases', 'Same verdict', 'κ [95 %]', 'PABAK', 'Weighted κ [95 %]', 'AUC difference (p)'], agreement.pairs.map(pairRow))}
${note('κ: Cohen’s, of the two verdicts; PABAK: 2 × agreement − 1, to be read where one verdict is far more frequent; weighted κ: of the six scores, quadratic; AUC difference: DeLong’s test on the same cases.')}`;
  return {
    id: 'agreement',
    title: 'Agreement',
    html: `${numbersTable('All readers', ['Statistic', 'Value [95 %]', 'Cases'], together)}
${note(`Percentile intervals from ${design.resamples} bootstrap samples of the cases, seed ${design.seed}, of ${plural(design.readers, 'reader')}. Readers who answer at chance cannot agree beyond it: a κ near 0 then says nothing about their care.`)}
${matrix}${pairs}${within(report)}`,
  };
}
