/** From the measures of single scans to what they say together: medians, paired tests, agreement of tissue volumes. */
import type {
  EvaluationReport,
  MeasureSummary,
  MethodResult,
  PairedTest,
  QualityMeasure,
  ScanResult,
  Tissue,
  TissueAgreement,
  UpscalingMethod,
} from '#contract/evaluation.ts';
import { createRandom } from '#shared/random.ts';
import { blandAltman } from '#shared/statistics/blandAltman.ts';
import { bootstrapInterval } from '#shared/statistics/bootstrap.ts';
import { holm } from '#shared/statistics/holm.ts';
import { intraclassCorrelation } from '#shared/statistics/intraclassCorrelation.ts';
import { median } from '#shared/statistics/quantile.ts';
import { signedRankTest } from '#shared/statistics/wilcoxon.ts';

/** In which direction a measure gets better. */
const isHigherBetter: Readonly<Record<QualityMeasure, boolean>> = {
  psnr: true,
  ssim: true,
  msSsim: true,
  gmsd: false,
  nrmse: false,
  gradientError: false,
  hfen: false,
  checkerboard: false,
  dataConsistency: false,
  dice: true,
};
const measures = Object.keys(isHigherBetter) as QualityMeasure[];
const networks = ['network', 'network-projected'] as const satisfies readonly UpscalingMethod[];
const baselines = ['nearest', 'trilinear', 'cubic', 'cubic-projected'] as const satisfies readonly UpscalingMethod[];
const tissues = ['dark', 'medium', 'bright'] as const satisfies readonly Tissue[];
const significant = 0.05;

const resultOf = (scan: ScanResult, method: UpscalingMethod): MethodResult | undefined =>
  scan.methods.find((result) => result.method === method);

/** The values of a measure, of the scans that have it for all the methods. */
function valuesOf(
  scans: readonly ScanResult[],
  measure: QualityMeasure,
  methods: readonly UpscalingMethod[],
): readonly (readonly number[])[] {
  return scans
    .map((scan) => methods.map((method) => resultOf(scan, method)?.[measure] ?? null))
    .filter((row): row is number[] => row.every((value) => value !== null));
}

function summarize(scans: readonly ScanResult[], methods: readonly UpscalingMethod[], seed: number): MeasureSummary[] {
  return methods.flatMap((method) =>
    measures.flatMap((measure) => {
      const values = valuesOf(scans, measure, [method]).flat();
      if (values.length === 0) return [];
      const random = createRandom(seed).fork(`${method} ${measure}`);
      return [
        {
          method,
          measure,
          n: values.length,
          median: median(values),
          interval: bootstrapInterval(values, median, { random }),
        },
      ];
    }),
  );
}

/** Below 1 the checkerboard index tells no pattern from another: interpolation has its zeros there. */
const compared = (measure: QualityMeasure, value: number): number =>
  measure === 'checkerboard' ? Math.max(1, value) : value;

type Uncorrected = Omit<PairedTest, 'pHolm' | 'verdict'>;

function testPair(
  scans: readonly ScanResult[],
  { measure, method, baseline, seed }: Pick<PairedTest, 'measure' | 'method' | 'baseline'> & { seed: number },
): Uncorrected | null {
  const differences = valuesOf(scans, measure, [method, baseline]).map(
    ([a = 0, b = 0]) => compared(measure, a) - compared(measure, b),
  );
  if (differences.length === 0) return null;
  const { n, p, method: distribution, rankBiserial, cohenDz } = signedRankTest(differences);
  const random = createRandom(seed).fork(`${method} ${baseline} ${measure}`);
  const interval = bootstrapInterval(differences, median, { random });
  return { measure, method, baseline, n, medianDifference: median(differences), interval, p, distribution, rankBiserial, cohenDz }; // prettier-ignore
}

function verdictOf({ measure, medianDifference }: Uncorrected, pHolm: number): PairedTest['verdict'] {
  if (pHolm >= significant || medianDifference === 0) return 'undecided';
  return medianDifference > 0 === isHigherBetter[measure] ? 'better' : 'worse';
}

/** Of one network against each of `others`, Holm's correction over these for each measure. */
function testAgainst(
  scans: readonly ScanResult[],
  { method, others, seed }: { method: UpscalingMethod; others: readonly UpscalingMethod[]; seed: number },
): PairedTest[] {
  return measures.flatMap((measure) => {
    const found = others
      .map((baseline) => testPair(scans, { measure, method, baseline, seed }))
      .filter((test) => test !== null);
    const adjusted = holm(found.map(({ p }) => p));
    return found.map((test, index) => {
      const pHolm = adjusted[index] ?? 1;
      return { ...test, pHolm, verdict: verdictOf(test, pHolm) };
    });
  });
}

function agreementOf(
  scans: readonly ScanResult[],
  { tissue, method, reference }: Pick<TissueAgreement, 'tissue' | 'method' | 'reference'>,
): TissueAgreement | null {
  const pairs = scans.flatMap((scan) => {
    const expected = reference === 'truth' ? scan.tissueMl : scan.labelMl;
    const found = resultOf(scan, method);
    return expected === null || found === undefined ? [] : [[found.tissueMl[tissue], expected[tissue]] as const];
  });
  if (pairs.length === 0) return null;
  const differencesMl = pairs.map(([found, expected]) => found - expected);
  return {
    tissue,
    method,
    reference,
    n: pairs.length,
    differencesMl,
    meansMl: pairs.map(([found, expected]) => (found + expected) / 2),
    blandAltman: blandAltman(differencesMl),
    icc: intraclassCorrelation(pairs),
  };
}

/** The same scans and seed give the same numbers. */
export function summarizeEvaluation(
  scans: readonly ScanResult[],
  seed: number,
): Pick<EvaluationReport, 'summaries' | 'tests' | 'agreement'> {
  const isMeasured = (method: UpscalingMethod): boolean => scans.some((scan) => resultOf(scan, method) !== undefined);
  const present = networks.filter(isMeasured);
  const methods = [...present, ...baselines.filter(isMeasured)];
  return {
    summaries: summarize(scans, methods, seed),
    tests: [
      ...present.flatMap((method) => testAgainst(scans, { method, others: baselines.filter(isMeasured), seed })),
      ...(present.length === 2 ? testAgainst(scans, { method: 'network-projected', others: ['network'], seed }) : []),
    ],
    agreement: (['truth', 'labels'] as const).flatMap((reference) =>
      methods.flatMap((method) =>
        tissues.map((tissue) => agreementOf(scans, { tissue, method, reference })).filter((found) => found !== null),
      ),
    ),
  };
}
