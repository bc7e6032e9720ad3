/** What makes an answer right: truth, the reader's experience and the course of the reading, with readers and cases random. */
import { fitMixedLogit, type MixedLogit } from '../statistics/mixedLogit.ts';
import { normalCdf, normalQuantile } from '../statistics/normal.ts';
import { inOrder } from './courseOfReading.ts';
import type { Absences, Range } from './outcome.ts';
import { trialsOf, type StudyTable } from './studyTable.ts';
import { isCorrect, type Trial } from './trial.ts';

export interface MixedTerm {
  /**
   * `intercept`: a real scan, at the reading's begin, by a reader of mean experience; `truth`: a synthetic one instead;
   * `expertise`: ten years more; `order`: the last answer of the reading instead of the first.
   */
  readonly term: 'intercept' | 'truth' | 'expertise' | 'order';
  /** Log odds of a right answer; Wald's error, interval and two-sided p. */
  readonly estimate: number;
  readonly se: number;
  readonly ci95: Range;
  readonly p: number;
  /** e to the estimate and to its interval. */
  readonly oddsRatio: number;
  readonly oddsRatioCi95: Range;
}

/** logit P(right) ~ truth + expertise + order + (1|reader) + (1|case); maximum likelihood, Laplace's approximation. */
export interface MixedModel {
  readonly terms: readonly MixedTerm[];
  /** Standard deviations of readers and of cases, in log odds. */
  readonly readerSd: number;
  readonly caseSd: number;
  readonly logLikelihood: number;
  readonly answers: number;
}

const yearsAUnit = 10;
/** Cases times readers squared, and answers: beyond them the fit would take minutes. */
const mostWork = 4e6;
const mostAnswers = 2e4;

interface Predictor {
  readonly term: MixedTerm['term'];
  readonly of: (trial: Trial) => number;
}

const differs = (values: readonly number[]): boolean => values.some((value) => value !== values[0]);

/** Those that are known for every answer and not the same for all. */
function predictorsOf({ readers, first }: StudyTable): readonly Predictor[] {
  const places = new Map<Trial, number>();
  for (const reader of readers) {
    const own = inOrder(trialsOf(first, reader));
    for (const [index, trial] of own.entries()) places.set(trial, own.length < 2 ? 0 : index / (own.length - 1));
  }
  const years = first.flatMap(({ expertise }) => expertise ?? []);
  const mean = years.reduce((sum, value) => sum + value, 0) / years.length;
  const hasYears = years.length === first.length && readers.length > 2;
  const all: readonly Predictor[] = [
    { term: 'truth', of: ({ isSynthetic }) => Number(isSynthetic) },
    ...(hasYears ? [{ term: 'expertise' as const, of: ({ expertise }: Trial) => ((expertise ?? mean) - mean) / yearsAUnit }] : []),
    ...(places.size === first.length ? [{ term: 'order' as const, of: (trial: Trial) => places.get(trial) ?? 0 }] : []),
  ]; // prettier-ignore
  return [{ term: 'intercept', of: () => 1 }, ...all.filter(({ of }) => differs(first.map(of)))];
}

function describeTerm({ term }: Predictor, { estimate, se }: MixedLogit['coefficients'][number]): MixedTerm {
  const reach = normalQuantile(0.975) * se;
  const ci95 = [estimate - reach, estimate + reach] as const;
  return {
    term,
    estimate,
    se,
    ci95,
    p: 2 * normalCdf(-Math.abs(estimate / se)),
    oddsRatio: Math.exp(estimate),
    oddsRatioCi95: [Math.exp(ci95[0]), Math.exp(ci95[1])],
  };
}

export function describeMixedModel(table: StudyTable, absences: Absences): MixedModel | null {
  const { readers, cases, first } = table;
  const none = (reason: string): null => absences.keep<MixedModel>(null, 'mixedModel', reason) as null;
  if (readers.length < 2 || cases.length < 2) return none('It needs two readers and two cases or more.');
  if (first.length > mostAnswers || cases.length * readers.length ** 2 > mostWork)
    return none('There are too many answers for it: 20 000 at most, and fewer of very many readers.');
  const predictors = predictorsOf(table);
  const readerOf = new Map(readers.map((reader, index) => [reader, index]));
  const caseOf = new Map(cases.map(({ caseId }, index) => [caseId, index]));
  const found = fitMixedLogit({
    outcomes: first.map((trial) => Number(isCorrect(trial))),
    predictors: first.map((trial) => predictors.map(({ of }) => of(trial))),
    readers: first.map(({ reader }) => readerOf.get(reader) ?? 0),
    cases: first.map(({ caseId }) => caseOf.get(caseId) ?? 0),
  });
  if (found === null)
    return none('The answers are all alike, or right and wrong ones are separated by truth, experience or order: it has no finite estimate.'); // prettier-ignore
  const { coefficients, readerSd, caseSd, logLikelihood } = found;
  return {
    terms: predictors.flatMap((predictor, index) => {
      const coefficient = coefficients[index];
      return coefficient === undefined ? [] : [describeTerm(predictor, coefficient)];
    }),
    readerSd,
    caseSd,
    logLikelihood,
    answers: first.length,
  };
}
