/** The plots of a report by the report's own builders, with the window's words. */
import type { StudyReport } from '#contract/studyCommands.ts';
import { agreementMatrix, calibrationPlot, scoreHistogram } from '#shared/report/answerPlots.ts';
import type { Plot } from '#shared/report/chart.ts';
import { forestPlot, rocPlot } from '#shared/report/detectionPlots.ts';
import type { ResultNumbers } from './useResultNumbers.ts';

type Translate = (key: string, values?: Readonly<Record<string, string>>) => string;

/** The forest first, which is wide. */
export function resultPlots(report: StudyReport, { percent, percentWithin }: ResultNumbers, t: Translate): { readonly forest: Plot; readonly others: readonly Plot[] } {
  const { plots, tost, confidence, study } = report;
  const isPair = study.protocol.design.protocol === 'pair';
  const kinds: [string, string] = isPair
    ? [t('study.results.kind.first'), t('study.results.kind.second')]
    : [t('study.results.kind.real'), t('study.results.kind.synthetic')];
  const bins = confidence.probability?.bins ?? [];
  return {
    forest: forestPlot({
      title: t('study.results.plots.forest'),
      across: t('study.results.plots.forestAxis', { margin: percent(tost.margin) }),
      rows: plots.forest.map(({ reader, accuracy, ci95 }) => ({
        name: reader ?? t('study.results.plots.mean'),
        value: accuracy,
        interval: ci95,
        isSummary: reader === null,
        words: percentWithin(accuracy, ci95),
      })),
      reference: 0.5,
      margin: tost.margin,
    }),
    others: [
      rocPlot({
        title: t('study.results.plots.roc'),
        across: t('study.results.plots.rocAcross'),
        up: t('study.results.plots.rocUp'),
        readers: plots.roc.map(({ reader, points }) => ({ name: reader, points })),
        pooled: { name: t('study.results.plots.all'), points: plots.pooledRoc },
      }),
      ...(plots.agreement.readers.length < 2 ? [] : [agreementMatrix({ title: t('study.results.plots.agreement'), ...plots.agreement })]),
      scoreHistogram({
        title: t('study.results.plots.scores'),
        across: t(isPair ? 'study.results.plots.pairAcross' : 'study.results.plots.scoresAcross'),
        up: t('study.results.plots.scoresUp'),
        names: kinds,
        bars: plots.scores.map(({ score, real, synthetic }) => ({ label: String(score), values: [real, synthetic] })),
      }),
      ...(bins.length === 0
        ? []
        : [calibrationPlot({
            title: t('study.results.plots.calibration'),
            across: t('study.results.plots.calibrationAcross'),
            up: t('study.results.plots.calibrationUp'),
            bins,
          })]),
    ],
  };
} // prettier-ignore
