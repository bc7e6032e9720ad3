/** Time: how long answers took, learning and fatigue, sittings and pauses; and each generator by itself. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import type { TimeRatio } from '../../study/reactionTimes.ts';
import { note, numbersTable, type Section } from '../building.ts';
import { counted, decimal, degrees, moment, none, probability, seconds, withRange } from './numbers.ts';
import { wordingOf } from './wording.ts';

function ratioRow(name: string, ratio: TimeRatio | null): readonly (readonly string[])[] {
  if (ratio === null) return [];
  return [[name, withRange(ratio.ratio, ratio.ci95, 2), probability(ratio.p), String(ratio.readers)]];
}

function reactionTables(report: StudyReport): string {
  const { reactionTimes } = report;
  if (reactionTimes === null) return note('No reaction times are known.');
  const { signal, noise } = wordingOf(report);
  const rows = reactionTimes.readers.map(({ reader, trials, all, correct, wrong, real, synthetic }) => [
    reader, String(trials), seconds(all), seconds(correct), seconds(wrong), seconds(real), seconds(synthetic),
  ]); // prettier-ignore
  const ratios = [
    ...ratioRow('Wrong to right answers', reactionTimes.wrongToCorrect),
    ...ratioRow(`“${signal}” to “${noise}” (truth)`, reactionTimes.syntheticToReal),
  ];
  return `${numbersTable('Reaction times', ['Reader', 'Answers', 'All', 'Right', 'Wrong', noise, signal], rows)}
${note('Geometric means, from the scan on the screen to the answer; first answers with a time above 0.')}
${ratios.length === 0 ? '' : numbersTable('Ratios of reaction times', ['Ratio', 'Mean over readers [95 %]', 'p', 'Readers'], ratios)}
${ratios.length === 0 ? '' : note('Of geometric means within readers; Student’s t over readers.')}`;
}

const trend = (of: { readonly rho: number; readonly p: number } | null): string =>
  of === null ? none : `${decimal(of.rho, 2)} (p ${probability(of.p)})`;

function courseTables({ course }: StudyReport): string {
  if (course === null) return note('The order of reading is not known.');
  const quarters = course.map(({ reader, quarters: of }) => [
    reader ?? 'All readers', ...of.map(({ accuracy }) => counted(accuracy)),
  ]); // prettier-ignore
  const trends = course.map(({ reader, quarters: of, accuracyTrend, reactionTrend }) => [
    reader ?? 'All readers', ...of.map(({ reactionMs }) => seconds(reactionMs)), trend(accuracyTrend), trend(reactionTrend),
  ]); // prettier-ignore
  return `${numbersTable('Right answers by quarter of the reading', ['Reader', '1st', '2nd', '3rd', '4th'], quarters)}
${numbersTable('Times by quarter, and trends', ['Reader', '1st', '2nd', '3rd', '4th', 'Accuracy ρ', 'Time ρ'], trends)}
${note('Quarters of each reader’s first answers in the order of reading. ρ: Spearman’s correlation with the order (above 0: it grows); for all readers the mean through Fisher’s z, tested over readers.')}`;
}

function conditionsTable({ study }: StudyReport): string {
  const rows = study.reading.map(({ reader, answered, total, sittings, pauses, timedOut, slicesViewed, windowChanges, firstAt, lastAt }) => [
    reader, `${answered}/${total}`, sittings === 0 ? none : String(sittings), String(pauses), String(timedOut), decimal(slicesViewed, 0), decimal(windowChanges, 0),
    `${moment(firstAt)} to ${moment(lastAt)}`,
  ]); // prettier-ignore
  return `${numbersTable('Conditions of reading', ['Reader', 'Answered', 'Sittings', 'Pauses', 'Timed out', 'Slices', 'Window', 'From, to'], rows, [7])}
${note('From the log; answers include practice and repeats. Slices viewed and changes of the window: median a trial; – where nothing was recorded.')}`;
}

export const timeSection = (report: StudyReport): Section => ({
  id: 'time',
  title: 'Reaction times, learning and fatigue',
  html: reactionTables(report) + courseTables(report) + conditionsTable(report),
});

export function modelSection(report: StudyReport): Section {
  const { models } = report;
  const html =
    models === null
      ? note('The synthetic scans do not say which model made them.')
      : `${numbersTable(
          'Each model’s scans against all real ones',
          ['Model', 'Scans', 'Found out: answers/N, share [95 %]', 'Mean AUC [95 %]', 'SE', 'df'],
          models.map(({ model, cases, detected, mrmc }) => [
            model, String(cases), counted(detected), withRange(mrmc?.estimate ?? null, mrmc?.ci95 ?? null), decimal(mrmc?.se ?? null, 4), mrmc === null ? none : degrees(mrmc.df),
          ]),
        )}
${note('Found out: share of first answers to its scans that were right, Wilson’s interval as of independent answers. AUC for random readers and random cases: 0.5 where its scans are not told from real ones.')}`; // prettier-ignore
  return { id: 'models', title: 'Models', html };
}
