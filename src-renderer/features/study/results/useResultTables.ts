/** The tables of a report, in the window's words. */
import type { StudyReport } from '#contract/studyCommands.ts';
import type { RandomEffects } from '#shared/study/pooledStatistics.ts';
import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { useResultNumbers } from './useResultNumbers.ts';

export interface ResultTableData {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** `report` is read reactively; tables without rows are left out. */
export function useResultTables(report: () => StudyReport): ComputedRef<readonly ResultTableData[]> {
  const { t, n } = useI18n();
  const { percent, decimal, percentWithin, decimalWithin, shareOf, p, seconds } = useResultNumbers();

  const tests = ({ tost, pooled }: StudyReport): ResultTableData => {
    const shown = (is: boolean): string => t(`study.results.tests.${is ? 'yes' : 'no'}`);
    const { randomEffects } = pooled;
    return {
      caption: t('study.results.tests.caption', { margin: percent(tost.margin) }),
      head: [
        t('study.results.tests.analysis'),
        t('study.results.tests.estimate'),
        t('study.results.tests.lower', { share: percent(0.5 - tost.margin) }),
        t('study.results.tests.upper', { share: percent(0.5 + tost.margin) }),
        t('study.results.tests.shown'),
      ],
      rows: [
        ...(randomEffects === null || tost.randomEffects === null
          ? []
          : [[t('study.results.tests.random'), percentWithin(randomEffects.estimate, randomEffects.ci95), p(tost.randomEffects.pLower), p(tost.randomEffects.pUpper), shown(tost.randomEffects.equivalent)]]),
        [t('study.results.tests.exact'), percentWithin(pooled.accuracy, pooled.wilson95), p(tost.pLower), p(tost.pUpper), shown(tost.equivalent)],
      ],
    }; // prettier-ignore
  };

  const readers = (found: StudyReport): ResultTableData => ({
    caption: t('study.results.readers.caption'),
    head: (['reader', 'right', 'accuracy', 'p', 'sensitivity', 'specificity'] as const).map((key) => t(`study.results.readers.${key}`)),
    rows: [
      ...found.readers.map((row) => [
        row.reader, `${n(row.correct)}/${n(row.trials)}`, percentWithin(row.accuracy, row.wilson95), p(row.binomialPHolm), shareOf(row.sensitivity),
        shareOf(row.specificity),
      ]),
      [
        t('study.results.readers.all'), `${n(found.pooled.correct)}/${n(found.pooled.trials)}`, percentWithin(found.pooled.accuracy, found.pooled.bootstrap95), '–',
        shareOf(found.pooled.sensitivity), shareOf(found.pooled.specificity),
      ],
    ],
    note: t('study.results.readers.note'),
  }); // prettier-ignore

  const detection = (found: StudyReport): ResultTableData => ({
    caption: t('study.results.detection.caption'),
    head: (['reader', 'dPrime', 'criterion', 'auc', 'time'] as const).map((key) => t(`study.results.detection.${key}`)),
    rows: found.readers.map((row) => [
      row.reader, decimal(row.dPrime, 2), decimal(row.criterion, 2), decimalWithin(row.auc, row.aucCi95), seconds(row.medianReactionMs),
    ]),
    note: t('study.results.detection.note'),
  }); // prettier-ignore

  const averages = ({ pooled, mrmc }: StudyReport): ResultTableData => {
    const row = (name: string, effects: Omit<RandomEffects, 'estimate'>, estimate: number): readonly string[] => [
      name, decimalWithin(estimate, effects.ci95), decimal(effects.se, 4), effects.df === null ? t('study.results.mrmc.normal') : decimal(effects.df, 1), p(effects.p),
    ]; // prettier-ignore
    const accuracy = pooled.randomEffects;
    const first = accuracy ?? mrmc;
    return {
      caption: t('study.results.mrmc.caption'),
      head: (['figure', 'estimate', 'se', 'df', 'p'] as const).map((key) => t(`study.results.mrmc.${key}`)),
      rows: [
        ...(accuracy === null ? [] : [row(t('study.results.mrmc.accuracy'), accuracy, accuracy.estimate)]),
        ...(mrmc === null ? [] : [row(t('study.results.mrmc.auc'), mrmc, mrmc.auc)]),
      ],
      note:
        first === null
          ? ''
          : t('study.results.mrmc.note', { method: t(`study.results.mrmc.method.${first.method}`), readers: n(first.readers), real: n(first.realCases), synthetic: n(first.syntheticCases) }),
    }; // prettier-ignore
  };

  const mixed = ({ mixedModel }: StudyReport): ResultTableData => ({
    caption: t('study.results.mixed.caption'),
    head: (['term', 'odds', 'p'] as const).map((key) => t(`study.results.mixed.${key}`)),
    rows: (mixedModel?.terms ?? []).flatMap(({ term, oddsRatio, oddsRatioCi95, p: found }) =>
      term === 'intercept' ? [] : [[t(`study.results.mixed.${term}`), decimalWithin(oddsRatio, oddsRatioCi95), p(found)]],
    ),
    note: t('study.results.mixed.note', { answers: n(mixedModel?.answers ?? 0) }),
  }); // prettier-ignore

  const agreement = ({ agreement: found, repeats, design }: StudyReport): ResultTableData => {
    const within = repeats?.find(({ reader }) => reader === null);
    return {
      caption: t('study.results.agreement.caption'),
      head: [t('study.results.agreement.statistic'), t('study.results.agreement.value'), t('study.results.agreement.n')],
      rows: [
        ...(found.fleissKappa === null ? [] : [[t('study.results.agreement.fleiss'), decimalWithin(found.fleissKappa, found.fleissKappaCi95), n(found.fleissCases)]]),
        ...(found.krippendorffAlpha === null ? [] : [[t('study.results.agreement.alpha'), decimalWithin(found.krippendorffAlpha, found.krippendorffAlphaCi95), n(design.realCases + design.syntheticCases)]]),
        ...found.pairs.map(({ readers: both, kappa, kappaCi95, cases }) => [t('study.results.agreement.pair', { readers: both.join(' – ') }), decimalWithin(kappa, kappaCi95), n(cases)]),
        ...(within === undefined ? [] : [[t('study.results.agreement.within'), decimalWithin(within.kappa, within.kappaCi95), n(within.pairs)]]),
      ],
      note: t('study.results.agreement.note'),
    }; // prettier-ignore
  };

  const realism = ({ realism: found }: StudyReport): ResultTableData => ({
    caption: t('study.results.realism.caption'),
    head: (['truth', 'mean', 'scans'] as const).map((key) => t(`study.results.realism.${key}`)),
    rows: found.map(({ isSynthetic, mean, ci95, cases }) => [
      t(`study.results.kind.${isSynthetic ? 'synthetic' : 'real'}`), decimalWithin(mean, ci95), n(cases),
    ]),
    note: t('study.results.realism.note'),
  }); // prettier-ignore

  const models = ({ models: found }: StudyReport): ResultTableData => ({
    caption: t('study.results.models.caption'),
    head: (['model', 'scans', 'found', 'auc'] as const).map((key) => t(`study.results.models.${key}`)),
    rows: (found ?? []).map(({ model, cases, detected, mrmc }) => [
      model, n(cases), shareOf(detected), decimalWithin(mrmc?.estimate ?? null, mrmc?.ci95 ?? null),
    ]), // prettier-ignore
  });

  return computed(() => {
    const found = report();
    return [
      tests(found),
      averages(found),
      readers(found),
      detection(found),
      mixed(found),
      agreement(found),
      realism(found),
      models(found),
    ].filter(({ rows }) => rows.length > 0);
  });
}
