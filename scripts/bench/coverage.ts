/**
 * `npm run -s bench -- coverage [--studies 1000] [--seed 1]`: do the intervals and tests of reader studies keep what they
 * promise? Simulates studies of known truth, and prints for each method the nominal and the attained coverage or size
 * with its Monte Carlo error. One JSON line on stdout, a table on stderr.
 *
 * Scores come from Roe and Metz' model (1997, Acad. Radiol. 4:298): a reader's effect on the separation, a case's effect
 * on all readers, and noise, cut into six levels.
 */
import { parseArgs } from 'node:util';
import { AppError, toErrorShape } from '#contract/errors.ts';
import { createRandom, type Random } from '#shared/random.ts';
import { binomialTest } from '#shared/statistics/binomial.ts';
import { crossedInterval } from '#shared/statistics/crossedBootstrap.ts';
import { estimatedEquivalence, exactEquivalence } from '#shared/statistics/equivalence.ts';
import { normalCdf } from '#shared/statistics/normal.ts';
import { jackknifeAucs, jackknifeShares, readerAverage } from '#shared/statistics/obuchowskiRockette.ts';
import { fitMixedLogit } from '#shared/statistics/mixedLogit.ts';
import { wilsonInterval } from '#shared/statistics/proportion.ts';
import { aucInterval, empiricalAuc, type Scores } from '#shared/statistics/rocCurve.ts';
import { averageArea, averageShare } from '#shared/statistics/uStatistics.ts';

interface Design {
  readonly readers: number;
  /** Of each kind. */
  readonly cases: number;
  /** Mean difference of synthetic and real scores, in standard deviations of the noise. */
  readonly separation: number;
  /** Standard deviation of the readers' separations, and of the cases' effects. */
  readonly readerSpread: number;
  readonly caseSpread: number;
}

interface Study {
  /** `[reader]`: six-point scores. */
  readonly scores: readonly Scores[];
  /** 0 or 1, `[reader][case]`, real cases first. */
  readonly isCorrect: readonly (readonly number[])[];
}

const levels = [-1.2, -0.5, 0, 0.5, 1.2] as const; // between the scores 1 … 6
const rate = (latent: number): number => 1 + levels.filter((level) => latent > level).length;

function simulate(design: Design, random: Random): Study {
  const { readers, cases, separation, readerSpread, caseSpread } = design;
  const effects = [0, 1].map(() => Array.from({ length: cases }, () => caseSpread * random.normal()));
  const scores = Array.from({ length: readers }, () => {
    const own = separation + readerSpread * random.normal();
    const [negatives = [], positives = []] = effects.map((of, kind) =>
      of.map((effect) => rate((kind - 0.5) * own + effect + random.normal())),
    );
    return { negatives, positives };
  });
  const isCorrect = scores.map(({ negatives, positives }) => [
    ...negatives.map((score) => Number(score <= 3)),
    ...positives.map((score) => Number(score > 3)),
  ]);
  return { scores, isCorrect };
}

/** P(score = 1 … 6) for a latent normal score with this mean and standard deviation. */
function levelChances(mean: number, deviation: number): readonly number[] {
  const below = [...levels.map((level) => normalCdf((level - mean) / deviation)), 1];
  return below.map((value, index) => value - (below[index - 1] ?? 0));
}

/** What readers have on average over readers and cases: area under the curve of six scores, and share of right answers. */
function truthOf({ separation, readerSpread, caseSpread }: Design): {
  readonly auc: number;
  readonly accuracy: number;
} {
  const steps = 400;
  const widest = 6;
  let [auc, accuracy, weight] = [0, 0, 0];
  for (let step = 0; step < steps; step++) {
    const z = widest * ((2 * step + 1) / steps - 1);
    const density = Math.exp((-z * z) / 2);
    const half = (separation + readerSpread * z) / 2;
    const deviation = Math.sqrt(1 + caseSpread ** 2);
    const [real, synthetic] = [levelChances(-half, deviation), levelChances(half, deviation)];
    synthetic.forEach((p, s) => {
      real.forEach((q, r) => (auc += density * p * q * (s > r ? 1 : s === r ? 0.5 : 0)));
    });
    accuracy += density * normalCdf(half / deviation);
    weight += density;
  }
  return { auc: auc / weight, accuracy: accuracy / weight };
}

interface Row {
  readonly method: string;
  readonly nominal: number;
  /** Share of the studies in which the interval held the truth, or the test rejected. */
  readonly attained: number;
  readonly error: number;
  /** Studies in which the method gave nothing. */
  readonly without: number;
}

/** What one study says; null where the method gives nothing. */
type Outcome = boolean | null;

function summarise(method: string, nominal: number, outcomes: readonly Outcome[]): Row {
  const told = outcomes.filter((outcome) => outcome !== null);
  const attained = told.filter(Boolean).length / told.length;
  const error = Math.sqrt((attained * (1 - attained)) / told.length);
  const round = (value: number): number => Number(value.toFixed(4));
  return { method, nominal, attained: round(attained), error: round(error), without: outcomes.length - told.length };
}

const holds = (interval: { readonly low: number; readonly high: number } | null, truth: number): Outcome =>
  interval === null ? null : interval.low <= truth && truth <= interval.high;

const smallDesign: Design = { readers: 4, cases: 30, separation: 0.8, readerSpread: 0.3, caseSpread: 0.4 };
const largeDesign: Design = { readers: 8, cases: 60, separation: 1.2, readerSpread: 0.3, caseSpread: 0.4 };
const margin = 0.1;

/** Successes in `n` independent trials. */
function flip(n: number, p: number, random: Random): number {
  let successes = 0;
  for (let trial = 0; trial < n; trial++) successes += Number(random.uniform() < p);
  return successes;
}

function checkShares(studies: number, random: Random): readonly Row[] {
  const repeat = (test: () => Outcome): readonly Outcome[] => Array.from({ length: studies * 10 }, test);
  const wilson = (n: number, p: number): Row =>
    summarise(
      `Wilson, ${n} decisions, true ${p}`,
      0.95,
      repeat(() => holds(wilsonInterval(flip(n, p, random), n), p)),
    );
  return [
    wilson(20, 0.5),
    wilson(60, 0.7),
    wilson(60, 0.95),
    summarise('exact binomial test, 60 decisions at chance', 0.05, repeat(() => binomialTest(flip(60, 0.5, random), 60) <= 0.05)), // prettier-ignore
    summarise('exact equivalence, 214 decisions, true 0.6', 0.05, repeat(() => exactEquivalence(flip(214, 0.6, random), 214, margin).equivalent)), // prettier-ignore
    summarise('exact equivalence, 214 decisions at chance (power)', 0.8, repeat(() => exactEquivalence(flip(214, 0.5, random), 214, margin).equivalent)), // prettier-ignore
  ]; // prettier-ignore
}

function checkReaders(name: string, design: Design, studies: number, random: Random): readonly Row[] {
  const truth = truthOf(design);
  const outcomes = Array.from({ length: studies }, () => {
    const { scores, isCorrect } = simulate(design, random);
    const answers = [
      isCorrect.map((row) => row.slice(0, design.cases)),
      isCorrect.map((row) => row.slice(design.cases)),
    ];
    const byCase = answers.map((rows) => Array.from({ length: design.cases }, (_, index) => rows.map((row) => row[index] ?? 0))); // prettier-ignore
    const right = isCorrect.flat();
    return {
      auc: holds(readerAverage(jackknifeAucs(scores))?.interval ?? null, truth.auc),
      accuracy: holds(readerAverage(jackknifeShares(isCorrect))?.interval ?? null, truth.accuracy),
      crossed: holds(crossedInterval(byCase, { random, resamples: 500 }), truth.accuracy),
      naive: holds(wilsonInterval(right.reduce((sum, value) => sum + value, 0), right.length), truth.accuracy),
    }; // prettier-ignore
  });
  return [
    summarise(`Obuchowski–Rockette, mean AUC, ${name}`, 0.95, outcomes.map(({ auc }) => auc)),
    summarise(`Obuchowski–Rockette, mean accuracy, ${name}`, 0.95, outcomes.map(({ accuracy }) => accuracy)),
    summarise(`crossed bootstrap, accuracy, ${name}`, 0.95, outcomes.map(({ crossed }) => crossed)),
    summarise(`Wilson as if independent, accuracy, ${name}`, 0.95, outcomes.map(({ naive }) => naive)),
  ]; // prettier-ignore
}

function checkDeLong(studies: number, random: Random): readonly Row[] {
  return [30, 100].map((cases) => {
    const design = { readers: 1, cases, separation: 1, readerSpread: 0, caseSpread: 0 };
    const { auc: truth } = truthOf(design);
    const outcomes = Array.from({ length: 2 * studies }, (): Outcome => {
      const [scores] = simulate(design, random).scores;
      const found = scores === undefined ? null : empiricalAuc(scores);
      return found === null ? null : holds(aucInterval(found), truth);
    });
    return summarise(`DeLong, ${cases} + ${cases} scans, true AUC ${truth.toFixed(3)}`, 0.95, outcomes);
  });
}

/** Readers who each see a random share of the cases. */
function checkGaps(design: Design, seen: number, studies: number, random: Random): readonly Row[] {
  const truth = truthOf(design);
  const outcomes = Array.from({ length: studies }, () => {
    const { scores } = simulate(design, random);
    const some = (values: readonly number[]): readonly (number | null)[] => values.map((value) => (random.uniform() < seen ? value : null)); // prettier-ignore
    const [negatives, positives] = [scores.map((one) => some(one.negatives)), scores.map((one) => some(one.positives))];
    const right = scores.map((_, reader) => [
      ...(negatives[reader] ?? []).map((score) => (score === null ? null : Number(score <= 3))),
      ...(positives[reader] ?? []).map((score) => (score === null ? null : Number(score > 3))),
    ]);
    return {
      auc: holds(averageArea(negatives, positives)?.interval ?? null, truth.auc),
      accuracy: holds(averageShare(right)?.interval ?? null, truth.accuracy),
    };
  });
  const name = `${design.readers} readers, each sees ${100 * seen} % of ${2 * design.cases} scans`;
  return [
    summarise(`U-statistics, AUC, ${name}`, 0.95, outcomes.map(({ auc }) => auc)),
    summarise(`U-statistics, accuracy, ${name}`, 0.95, outcomes.map(({ accuracy }) => accuracy)),
  ]; // prettier-ignore
}

/** The mixed model on data that follow it: Wald's intervals of a term within readers and of one between them. */
function checkMixedModel(readers: number, cases: number, studies: number, random: Random): readonly Row[] {
  const beta = [0.4, 0.5, 0.3] as const; // intercept, truth, experience
  const outcomes = Array.from({ length: studies }, () => {
    const [ofReaders, ofCases, experience] = [readers, cases, readers].map((n) => Array.from({ length: n }, () => random.normal())); // prettier-ignore
    const pairs = Array.from({ length: readers * cases }, (_, at) => [at % readers, Math.floor(at / readers)] as const);
    const predictors = pairs.map(([reader, index]) => [1, index % 2, experience?.[reader] ?? 0]);
    const found = fitMixedLogit({
      predictors,
      readers: pairs.map(([reader]) => reader),
      cases: pairs.map(([, index]) => index),
      outcomes: pairs.map(([reader, index], at) => {
        const eta = beta.reduce((sum, value, term) => sum + value * (predictors[at]?.[term] ?? 0), 0);
        const effects = 0.3 * (ofReaders?.[reader] ?? 0) + 0.6 * (ofCases?.[index] ?? 0);
        return Number(random.uniform() < 1 / (1 + Math.exp(-eta - effects)));
      }),
    });
    return [1, 2].map((term): Outcome => {
      const { estimate = 0, se = 0 } = found?.coefficients[term] ?? {};
      return found === null ? null : Math.abs(estimate - (beta[term] ?? 0)) <= 1.96 * se;
    });
  });
  const name = `${readers} readers × ${cases} scans`;
  return ['truth', 'experience'].map((term, index) =>
    summarise(`mixed model, ${term}, ${name}`, 0.95, outcomes.map((one) => one[index] ?? null)),
  ); // prettier-ignore
}

/** The separation at which the mean accuracy is 0.5 + margin: there a test of equivalence errs at most as stated. */
function atMargin(design: Design): Design {
  let [low, high] = [0, 4];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (truthOf({ ...design, separation: middle }).accuracy < 0.5 + margin) low = middle;
    else high = middle;
  }
  return { ...design, separation: low };
}

function checkEquivalence(studies: number, random: Random): readonly Row[] {
  const design = atMargin({ readers: 4, cases: 100, separation: 0, readerSpread: 0.3, caseSpread: 0.4 });
  const outcomes = Array.from({ length: studies }, () => {
    const { isCorrect } = simulate(design, random);
    const right = isCorrect.flat();
    const average = readerAverage(jackknifeShares(isCorrect));
    const exact = exactEquivalence(right.reduce((sum, value) => sum + value, 0), right.length, margin).equivalent; // prettier-ignore
    const robust = average === null ? null : estimatedEquivalence(average, margin).equivalent;
    return { exact, robust, both: robust === null ? null : exact && robust };
  });
  const name = '4 readers × 200 scans, true 0.6';
  return [
    summarise(`exact equivalence of pooled answers, ${name}`, 0.05, outcomes.map(({ exact }) => exact)),
    summarise(`equivalence for random readers and cases, ${name}`, 0.05, outcomes.map(({ robust }) => robust)),
    summarise(`equivalence in words (both), ${name}`, 0.05, outcomes.map(({ both }) => both)),
  ]; // prettier-ignore
}

function bench(): Record<string, unknown> {
  const { values } = parseArgs({
    options: { studies: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const [studies, seed] = [Number(values.studies), Number(values.seed)];
  if (!Number.isSafeInteger(studies) || studies < 1 || !Number.isSafeInteger(seed) || seed < 0)
    throw new AppError('usage', 'npm run -s bench -- coverage [--studies N] [--seed S], both whole numbers.');
  const startedAt = performance.now();
  const root = createRandom(seed);
  const rows = [
    ...checkShares(studies, root.fork('shares')),
    ...checkDeLong(studies, root.fork('delong')),
    ...checkReaders('4 readers × 60 scans', smallDesign, studies, root.fork('small')),
    ...checkReaders('8 readers × 120 scans', largeDesign, studies, root.fork('large')),
    ...checkReaders('2 readers × 60 scans', { ...smallDesign, readers: 2 }, studies, root.fork('two')),
    ...checkGaps(smallDesign, 0.8, studies, root.fork('gaps')),
    ...checkGaps({ ...largeDesign, readers: 6 }, 0.5, Math.ceil(studies / 4), root.fork('halves')),
    ...checkMixedModel(4, 40, Math.ceil(studies / 4), root.fork('mixed')),
    ...checkMixedModel(10, 60, Math.ceil(studies / 10), root.fork('mixed, many')),
    ...checkEquivalence(studies, root.fork('equivalence')),
  ];
  for (const { method, nominal, attained, error, without } of rows)
    console.error(`${method.padEnd(72)} nominal ${nominal.toFixed(2)}  attained ${attained.toFixed(3)} ± ${error.toFixed(3)}${without === 0 ? '' : `  nothing from ${without}`}`); // prettier-ignore
  return { case: 'coverage', studies, seed, rows, seconds: Math.round((performance.now() - startedAt) / 1000) };
}

try {
  console.log(JSON.stringify(bench()));
} catch (thrown) {
  const { code, message } = toErrorShape(thrown);
  console.error(message);
  process.exitCode = code === 'usage' ? 2 : 1;
}
