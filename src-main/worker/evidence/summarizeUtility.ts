/** From the scores of single scans to what they say together: means with intervals, and paired tests against real scans alone. */
import type {
  TestedScan,
  UtilityMeasure,
  UtilityReport,
  UtilitySummary,
  UtilityTest,
} from '#contract/evidence/utility.ts';
import { createRandom } from '#shared/random.ts';
import { bootstrapInterval } from '#shared/statistics/bootstrap.ts';
import { holm } from '#shared/statistics/holm.ts';
import { median } from '#shared/statistics/quantile.ts';
import { signedRankTest } from '#shared/statistics/wilcoxon.ts';

/** In which direction a measure gets better. */
const isHigherBetter: Readonly<Record<UtilityMeasure, boolean>> = { dice: true, hd95: false, assd: false };
const measures = Object.keys(isHigherBetter) as UtilityMeasure[];
/** The mean over the classes of a scan. */
export const overClasses = 'mean';
/** What arms are compared with. */
const baselines = ['real', 'augmented'] as const;
const significant = 0.05;

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Null where it has none: of the mean, also where the distance of a class that is there cannot be told. */
function scoreOf({ scores }: TestedScan, measure: UtilityMeasure, name: string): number | null {
  if (name !== overClasses) return scores.find((score) => score.class === name)?.[measure] ?? null;
  const present = scores.filter(({ dice }) => dice !== null).map((score) => score[measure]);
  const values = present.filter((value) => value !== null);
  return values.length === 0 || values.length < present.length ? null : meanOf(values);
}

/** One value a subject: the mean over its scans, null where one of them has none. */
type BySubject = ReadonlyMap<string, number | null>;

function valuesOf(
  scans: readonly TestedScan[],
  { arm, class: name, measure }: Pick<UtilitySummary, 'arm' | 'class' | 'measure'>,
): BySubject {
  const found = new Map<string, (number | null)[]>();
  for (const scan of scans) {
    if (scan.arm === arm) found.set(scan.subject, [...(found.get(scan.subject) ?? []), scoreOf(scan, measure, name)]);
  }
  return new Map(
    [...found].map(([subject, scores]) => {
      const values = scores.filter((score) => score !== null);
      return [subject, values.length === scores.length ? meanOf(values) : null];
    }),
  );
}

interface Compared {
  readonly scans: readonly TestedScan[];
  readonly arms: readonly string[];
  readonly classes: readonly string[];
  readonly seed: number;
}

function summarize({ scans, arms, classes, seed }: Compared): UtilitySummary[] {
  return arms.flatMap((arm) =>
    [...classes, overClasses].flatMap((name) =>
      measures.flatMap((measure): UtilitySummary[] => {
        const all = [...valuesOf(scans, { arm, class: name, measure }).values()];
        const values = all.filter((value) => value !== null);
        if (values.length === 0) return [];
        const value = meanOf(values);
        const deviation = values.length < 2 ? null : Math.sqrt(values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (values.length - 1)); // prettier-ignore
        const random = createRandom(seed).fork(`${arm} ${name} ${measure}`);
        const interval = bootstrapInterval(values, meanOf, { random });
        return [{ arm, class: name, measure, value, deviation, ...interval, n: values.length, missing: all.length - values.length }]; // prettier-ignore
      }),
    ),
  );
}

type Uncorrected = Omit<UtilityTest, 'pHolm' | 'verdict'>;

function testPair(
  { scans, seed }: Compared,
  pair: Pick<UtilityTest, 'arm' | 'baseline' | 'class' | 'measure'>,
): Uncorrected | null {
  const { arm, baseline, class: name, measure } = pair;
  const before = valuesOf(scans, { arm: baseline, class: name, measure });
  const differences = [...valuesOf(scans, { arm, class: name, measure })].flatMap(([subject, value]) => {
    const other = before.get(subject) ?? null;
    return value === null || other === null ? [] : [value - other];
  });
  if (differences.length === 0) return null;
  const { n, p, method: distribution, rankBiserial, cohenDz } = signedRankTest(differences);
  const random = createRandom(seed).fork(`${arm} ${baseline} ${name} ${measure}`);
  const interval = bootstrapInterval(differences, meanOf, { random });
  return { ...pair, n, meanDifference: meanOf(differences), medianDifference: median(differences), ...interval, p, distribution, rankBiserial, cohenDz }; // prettier-ignore
}

function verdictOf({ measure, rankBiserial }: Uncorrected, pHolm: number): UtilityTest['verdict'] {
  if (pHolm >= significant || rankBiserial === 0) return 'undecided';
  return rankBiserial > 0 === isHigherBetter[measure] ? 'better' : 'worse';
}

/** Holm's correction over all of these together. */
function testFamily(
  compared: Compared,
  pairs: readonly Pick<UtilityTest, 'arm' | 'baseline' | 'class' | 'measure'>[],
): UtilityTest[] {
  const found = pairs.map((pair) => testPair(compared, pair)).filter((test) => test !== null);
  const adjusted = holm(found.map(({ p }) => p));
  return found.map((test, at) => {
    const pHolm = adjusted[at] ?? 1;
    return { ...test, pHolm, verdict: verdictOf(test, pHolm) };
  });
}

/** The same scans and seed give the same numbers. */
export function summarizeUtility(compared: Compared): Pick<UtilityReport, 'summaries' | 'tests'> {
  const { arms, classes } = compared;
  const tests = baselines.filter((baseline) => arms.includes(baseline)).flatMap((baseline) =>
    measures.flatMap((measure) => {
      const others = arms.filter((arm) => arm !== baseline && arm !== 'real');
      const pairs = (names: readonly string[]): Parameters<typeof testFamily>[1] =>
        others.flatMap((arm) => names.map((name) => ({ arm, baseline, class: name, measure })));
      return [...testFamily(compared, pairs([overClasses])), ...testFamily(compared, pairs(classes))];
    }),
  ); // prettier-ignore
  return { summaries: summarize(compared), tests };
}
