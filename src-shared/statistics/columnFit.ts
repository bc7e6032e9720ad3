/** A column of the participants' table fitted to codes: how well codes tell it, by chance or not, and the direction. */
import { AppError } from '../contract/errors.ts';
import type { LatentFit } from '../contract/latent.ts';
import { createRandom, type Random } from '../random.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import {
  choosePenalty,
  fitAll,
  penaltiesFor,
  predictNested,
  type NestedPredictions,
  type RegressionData,
} from './nestedValidation.ts';
import {
  areaUnderCurve,
  balancedAccuracy,
  correlation,
  determination,
  type PredictionScore,
} from './predictionScores.ts';
import { drawSubjectFolds, permuteBySubject } from './subjectFolds.ts';
import type { RegressionKind } from './penalisedRegression.ts';
import { directionOf, scoreOf, type Direction } from './codeDirection.ts';

const mostFolds = 5;
const leastSubjects = 8;
/** Of each kind: so that every fold has some to learn from, and some to be tried on. */
const leastOfKind = 4;
const resamples = 2000;

export interface FitProblem {
  readonly kind: RegressionKind;
  readonly codes: readonly Float32Array[];
  /** Numbers, or 1 for the positive kind and 0. */
  readonly values: readonly number[];
  /** Whose each scan is. */
  readonly subjects: readonly string[];
  readonly permutations: number;
  readonly seed: number;
  /** After each permutation; the caller's to let other work in, and to stop by throwing. */
  onPermutation(done: number): Promise<void>;
}

export interface FittedColumn extends Pick<
  LatentFit,
  'folds' | 'penalties' | 'penalty' | 'score' | 'second' | 'line' | 'subjects'
> {
  readonly predicted: readonly number[];
  readonly scores: readonly number[];
  readonly direction: Direction;
}

const scoresOf = {
  ridge: { first: { name: 'R²', of: determination }, second: { name: 'r', of: correlation } },
  logistic: { first: { name: 'AUC', of: areaUnderCurve }, second: { name: 'balanced accuracy', of: balancedAccuracy } },
} as const;

/** Throws AppError: `bad-input` for too few subjects, or codes that are all alike. */
export async function fitColumn(problem: FitProblem): Promise<FittedColumn> {
  const { kind, codes, values, subjects, permutations, seed, onPermutation } = problem;
  const folds = requireSubjects(problem);
  const random = createRandom(seed);
  const data: RegressionData = { kind, rows: codes, values };
  const nested = (of: readonly number[]): NestedPredictions => crossPredict(problem, of, { folds, random });
  const found = nested(values);
  const { first, second } = scoresOf[kind];
  const value = first.of(values, found.predicted) ?? 0;

  const drawing = random.fork('permutations');
  let asGood = 1; // the values as they are count as one: p is never 0 (Phipson & Smyth 2010, SAGMB 9:39)
  for (let done = 1; done <= permutations; done++) {
    const permuted = permuteBySubject(subjects, values, drawing);
    if ((first.of(permuted, nested(permuted).predicted) ?? 0) >= value) asGood += 1;
    await onPermutation(done);
  }

  const foldOf = drawSubjectFolds({ subjects, values, areKinds: kind === 'logistic', folds: folds.outer, random: random.fork('final') }); // prettier-ignore
  const penalties = penaltiesFor(codes[0]?.length ?? 0);
  const penalty = choosePenalty(data, [...values.keys()], { foldOf, penalties });
  const direction = directionOf(codes, fitAll(data, penalty));
  if (direction === null) throw new AppError('bad-input', 'The codes of all scans are alike: the network tells no scan from another. Train it longer.'); // prettier-ignore
  const scores = codes.map((code) => scoreOf(direction, code));

  const interval = (of: PredictionScore): { low: number; high: number } =>
    intervalOf(of, { values, predicted: found.predicted, subjects, random: random.fork('bootstrap') });
  return {
    subjects: new Set(subjects).size,
    folds,
    penalties: [...found.penalties],
    penalty,
    score: {
      name: first.name,
      value,
      ...interval(first.of),
      p: asGood / (permutations + 1),
      permutations,
    },
    second: { name: second.name, value: second.of(values, found.predicted) ?? 0, ...interval(second.of) },
    line: { mean: direction.mean, sd: direction.sd, low: Math.min(...scores), high: Math.max(...scores) },
    predicted: found.predicted,
    scores,
    direction,
  };
}

/** How many folds there can be, outside and inside. */
function requireSubjects({ kind, values, subjects }: FitProblem): LatentFit['folds'] {
  const all = new Set(subjects).size;
  const ofKind = [0, 1].map((of) => new Set(subjects.filter((_, at) => values[at] === of)).size);
  const least = kind === 'ridge' ? all : Math.min(...ofKind);
  if (all < leastSubjects)
    throw new AppError('bad-input', `Only ${String(all)} subjects have a value; a fit that says anything about others needs ${String(leastSubjects)} or more.`); // prettier-ignore
  if (kind === 'logistic' && least < leastOfKind)
    throw new AppError('bad-input', `One kind has ${String(least)} subjects, the other ${String(Math.max(...ofKind))}; a fit needs ${String(leastOfKind)} of each. Choose another column or value.`); // prettier-ignore
  const outer = Math.min(mostFolds, least);
  const remaining = least - Math.ceil(least / outer);
  return { outer, inner: Math.min(mostFolds, remaining) };
}

interface Crossing {
  readonly folds: LatentFit['folds'];
  readonly random: Random;
}

/** Folds are drawn for these values, by the same seed whatever they are. */
function crossPredict(
  { kind, codes, subjects }: FitProblem,
  values: readonly number[],
  { folds, random }: Crossing,
): NestedPredictions {
  const areKinds = kind === 'logistic';
  const outer = drawSubjectFolds({ subjects, values, areKinds, folds: folds.outer, random: random.fork('outer') });
  const inner = Array.from({ length: folds.outer }, (_, fold) => {
    const training = [...values.keys()].filter((at) => outer[at] !== fold);
    const drawn = drawSubjectFolds({
      subjects: training.map((at) => subjects[at]!),
      values: training.map((at) => values[at]!),
      areKinds,
      folds: folds.inner,
      random: random.fork(`inner ${String(fold)}`),
    });
    const foldOf = values.map(() => -1);
    training.forEach((at, index) => (foldOf[at] = drawn[index]!));
    return foldOf;
  });
  return predictNested({ kind, rows: codes, values }, { outer, inner });
}

interface Predicted extends Pick<FitProblem, 'values' | 'subjects'> {
  readonly predicted: readonly number[];
  readonly random: Random;
}

/** Of 95 %, over subjects drawn again; the predictions stay as they are. */
function intervalOf(of: PredictionScore, drawn: Predicted): { low: number; high: number } {
  const { values, predicted, subjects, random } = drawn;
  const own = [...new Set(subjects)].map((subject) => [...subjects.keys()].filter((at) => subjects[at] === subject));
  const statistic = (times: Uint32Array): number | null => {
    const scans = own.flatMap((places, index) => Array.from({ length: times[index]! }, () => places)).flat();
    return of(scans.map((at) => values[at]!), scans.map((at) => predicted[at]!)); // prettier-ignore
  };
  const [interval] = bootstrapIntervals(own.length, [statistic], { random, resamples });
  return interval ?? { low: 0, high: 0 }; // predictions that are all alike say nothing
}
