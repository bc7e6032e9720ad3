/**
 * Whether readers give the same answers, on the two verdicts (real, synthetic) and on the six scores. Where readers
 * answer at chance, κ is near 0 of necessity: it then says nothing about their care.
 */
import type { Random } from '../random.ts';
import { bootstrapIntervals, type WeighedStatistic } from '../statistics/bootstrap.ts';
import { cohenKappa } from '../statistics/cohenKappa.ts';
import { fleissKappa } from '../statistics/fleissKappa.ts';
import { krippendorffAlpha } from '../statistics/krippendorffAlpha.ts';
import { compareAucs } from '../statistics/rocCurve.ts';
import { scoresOf } from './detection.ts';
import { rangeOf, type Absences, type Range } from './outcome.ts';
import { completeCases, type StudyTable } from './studyTable.ts';
import { calledSynthetic, scores, type Trial } from './trial.ts';

export interface PairAgreement {
  readonly readers: readonly [string, string];
  /** Cases that both have seen. */
  readonly cases: number;
  /** Share of equal verdicts. */
  readonly agreement: number;
  /** Cohen's, of the verdicts, with the bootstrap's 95 % interval over cases. */
  readonly kappa: number | null;
  readonly kappaCi95: Range | null;
  /** 2 · agreement − 1. */
  readonly pabak: number;
  /** Cohen's with quadratic weights, of the scores. */
  readonly weightedKappa: number | null;
  readonly weightedKappaCi95: Range | null;
  /** AUC of the first minus AUC of the second, and DeLong's two-sided p. */
  readonly aucDifference: number | null;
  readonly aucP: number | null;
}

export interface Agreement {
  /** Fleiss' κ of the verdicts, over the cases that all readers have seen. */
  readonly fleissKappa: number | null;
  readonly fleissKappaCi95: Range | null;
  readonly fleissCases: number;
  /** Krippendorff's α over all cases: of the scores (ordinal), and of the verdicts (nominal). */
  readonly krippendorffAlpha: number | null;
  readonly krippendorffAlphaCi95: Range | null;
  readonly krippendorffAlphaNominal: number | null;
  readonly krippendorffAlphaNominalCi95: Range | null;
  readonly pairs: readonly PairAgreement[];
}

export interface AgreementOptions {
  readonly random: Random;
  readonly resamples: number;
  readonly absences: Absences;
}

/** A first and a second answer to one case; null where one is missing. */
export type AnswerPair = readonly [Trial, Trial] | null;

const verdictOf = (trial: Trial): number => Number(calledSynthetic(trial.score));
const rankOf = (trial: Trial): number => trial.score - 1;

type Category = (trial: Trial) => number;

function countCategories(answers: readonly (Trial | null)[], category: Category, categories: number): number[] {
  const counts = new Array<number>(categories).fill(0);
  for (const trial of answers) {
    if (trial !== null) counts[category(trial)] = (counts[category(trial)] ?? 0) + 1;
  }
  return counts;
}

/** κ of pairs that may be weighed: of the two verdicts, or of the six scores with quadratic weights. */
export function kappaOf(pairs: readonly AnswerPair[], of: 'verdicts' | 'scores'): WeighedStatistic {
  const categories = of === 'verdicts' ? 2 : scores.length;
  const category = of === 'verdicts' ? verdictOf : rankOf;
  const cells = pairs.map((pair) => (pair === null ? null : category(pair[0]) * categories + category(pair[1])));
  const table = new Float64Array(categories ** 2);
  return (times) => {
    table.fill(0);
    cells.forEach((cell, index) => {
      if (cell !== null) table[cell] = (table[cell] ?? 0) + (times[index] ?? 0);
    });
    return cohenKappa(table, categories, of === 'verdicts' ? 'none' : 'quadratic')?.kappa ?? null;
  };
}

export interface NamedStatistic {
  readonly compute: WeighedStatistic;
  /** In the result, and of whom; why it may be missing. */
  readonly statistic: string;
  readonly of?: string | undefined;
  readonly reason: string;
}

export interface Estimate {
  readonly value: number | null;
  readonly ci95: Range | null;
}

/** Statistics of `count` cases with the bootstrap's intervals, in their order; what is not defined is null, and noted. */
export function estimateAll(
  count: number,
  named: readonly NamedStatistic[],
  { random, resamples, absences }: AgreementOptions,
): readonly Estimate[] {
  const each = new Uint32Array(count).fill(1);
  const intervals = bootstrapIntervals(count, named.map(({ compute }) => compute), { random, resamples }); // prettier-ignore
  const alike = 'The cases are too few or too alike: drawing them again changes nothing.';
  return named.map(({ compute, statistic, of, reason }, index) => {
    const value = absences.keep(compute(each), statistic, reason, of);
    if (value === null) return { value, ci95: null };
    const interval = intervals[index] ?? null;
    const isWide = interval !== null && interval.low < interval.high;
    return { value, ci95: absences.keep(isWide ? rangeOf(interval) : null, `${statistic}Ci95`, alike, of) };
  });
}

interface ReaderPair {
  readonly readers: readonly [string, string];
  /** One a case of the study. */
  readonly answers: readonly AnswerPair[];
}

function pairReaders({ readers, cases }: StudyTable): readonly ReaderPair[] {
  return readers.flatMap((first, a) =>
    readers.slice(a + 1).map((second, offset) => ({
      readers: [first, second] as const,
      answers: cases.map(({ answers }): AnswerPair => {
        const [one, other] = [answers[a] ?? null, answers[a + 1 + offset] ?? null];
        return one === null || other === null ? null : [one, other];
      }),
    })),
  );
}

const labelOf = ({ readers }: ReaderPair): string => readers.join(' – ');

function describePair(pair: ReaderPair, [kappa, weighted]: readonly (Estimate | undefined)[]): PairAgreement {
  const both = pair.answers.filter((answers) => answers !== null);
  const agreement = both.filter(([a, b]) => verdictOf(a) === verdictOf(b)).length / both.length;
  const comparison = compareAucs(scoresOf(both.map(([a]) => a)), scoresOf(both.map(([, b]) => b)));
  return {
    readers: pair.readers,
    cases: both.length,
    agreement,
    kappa: kappa?.value ?? null,
    kappaCi95: kappa?.ci95 ?? null,
    pabak: 2 * agreement - 1,
    weightedKappa: weighted?.value ?? null,
    weightedKappaCi95: weighted?.ci95 ?? null,
    aucDifference: comparison?.difference ?? null,
    aucP: comparison?.p ?? null,
  };
}

function namePair(pair: ReaderPair): readonly NamedStatistic[] {
  const of = labelOf(pair);
  const reason = 'Both gave one and the same answer throughout, so that chance alone would agree.';
  return [
    { compute: kappaOf(pair.answers, 'verdicts'), statistic: 'agreement.pairs.kappa', of, reason },
    { compute: kappaOf(pair.answers, 'scores'), statistic: 'agreement.pairs.weightedKappa', of, reason },
  ];
}

/** The three statistics of all readers, over all cases of the study. */
function nameTogether({ cases }: StudyTable): readonly NamedStatistic[] {
  const verdicts = cases.map(({ answers }) => countCategories(answers, verdictOf, 2));
  const ratings = cases.map(({ answers }) => countCategories(answers, rankOf, scores.length));
  const complete = cases.flatMap(({ answers }, index) => (answers.includes(null) ? [] : [index]));
  const completeVerdicts = complete.map((index) => verdicts[index] ?? []);
  const reason = 'It needs two readers or more who share cases, and answers that are not all alike.';
  return [
    {
      compute: (times) => fleissKappa(completeVerdicts, Uint32Array.from(complete, (index) => times[index] ?? 0))?.kappa ?? null,
      statistic: 'fleissKappa',
      reason,
    },
    { compute: (times) => krippendorffAlpha(ratings, 'ordinal', times), statistic: 'krippendorffAlpha', reason },
    {
      compute: (times) => krippendorffAlpha(verdicts, 'nominal', times),
      statistic: 'agreement.krippendorffAlphaNominal',
      reason,
    },
  ]; // prettier-ignore
}

export function describeAgreement(table: StudyTable, options: AgreementOptions): Agreement {
  const pairs = pairReaders(table).filter((pair) => {
    const hasCases = pair.answers.some((answers) => answers !== null);
    return options.absences.keep(hasCases || null, 'agreement.pairs', 'They have no case in common.', labelOf(pair));
  });
  const named = [...nameTogether(table), ...pairs.flatMap(namePair)];
  const [fleiss, ordinal, nominal, ...ofPairs] = estimateAll(table.cases.length, named, options);
  const { real, synthetic } = completeCases(table.cases);
  return {
    fleissKappa: fleiss?.value ?? null,
    fleissKappaCi95: fleiss?.ci95 ?? null,
    fleissCases: real.length + synthetic.length,
    krippendorffAlpha: ordinal?.value ?? null,
    krippendorffAlphaCi95: ordinal?.ci95 ?? null,
    krippendorffAlphaNominal: nominal?.value ?? null,
    krippendorffAlphaNominalCi95: nominal?.ci95 ?? null,
    pairs: pairs.map((pair, index) => describePair(pair, [ofPairs[2 * index], ofPairs[2 * index + 1]])),
  };
}
