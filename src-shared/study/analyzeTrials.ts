/**
 * The whole analysis of a reader study of real and synthetic scans. Every number that the data do not allow is null, and
 * `absent` says why; none is NaN. The same trials and seed give the same result.
 */
import type { StudyProtocolKind } from '../contract/studies.ts';
import { createRandom } from '../random.ts';
import { describeAgreement, type Agreement } from './agreement.ts';
import { rankCases, type CaseRanking } from './caseRanking.ts';
import { describeConfidence, type Confidence } from './confidence.ts';
import { describeCourse, type ReaderCourse } from './courseOfReading.ts';
import { describeEquivalence, type EquivalenceResult } from './equivalenceVerdict.ts';
import { describeMixedModel, type MixedModel } from './mixedModel.ts';
import { describeModels, type ModelResult } from './modelBreakdown.ts';
import { collectAbsences, type Absence } from './outcome.ts';
import { describePlots, type Plots } from './plots.ts';
import {
  describeMrmc,
  describePooled,
  keepMrmc,
  type PooledStatistics,
  type RandomEffects,
} from './pooledStatistics.ts';
import { describeReactionTimes, type ReactionTimes } from './reactionTimes.ts';
import { describeReaders, type ReaderStatistics } from './readerStatistics.ts';
import { describeRepeats, type RepeatAgreement } from './repeats.ts';
import { arrangeTrials } from './studyTable.ts';
import type { Trial } from './trial.ts';

export interface AnalysisOptions {
  /** Of the equivalence test, as registered before the study; above 0, below 0.5. */
  readonly margin: number;
  readonly seed: number;
  /** Of each bootstrap; 2000 if not given. */
  readonly resamples?: number;
  /** `pair`: a case is two scans, and "synthetic" says that the second is; `single` if not given. */
  readonly protocol?: StudyProtocolKind;
}

/** The mean area under the readers' ROC curves. */
export interface MrmcResult extends Omit<RandomEffects, 'estimate'> {
  readonly auc: number;
}

export interface StudyAnalysis {
  readonly design: {
    readonly readers: number;
    readonly realCases: number;
    readonly syntheticCases: number;
    /** First answers, which everything but `repeats` is made of, and later ones. */
    readonly trials: number;
    readonly repeats: number;
    readonly seed: number;
    readonly resamples: number;
    readonly protocol: StudyProtocolKind;
  };
  readonly readers: readonly ReaderStatistics[];
  readonly pooled: PooledStatistics;
  readonly tost: EquivalenceResult;
  readonly mrmc: MrmcResult | null;
  readonly fleissKappa: number | null;
  /** Ordinal, of the six scores. */
  readonly krippendorffAlpha: number | null;
  readonly agreement: Agreement;
  readonly repeats: readonly RepeatAgreement[] | null;
  readonly reactionTimes: ReactionTimes | null;
  readonly course: readonly ReaderCourse[] | null;
  readonly mixedModel: MixedModel | null;
  readonly confidence: Confidence;
  readonly cases: CaseRanking;
  readonly models: readonly ModelResult[] | null;
  readonly plots: Plots;
  readonly absent: readonly Absence[];
}

const defaultResamples = 2000;

function toMrmcResult(effects: RandomEffects | null): MrmcResult | null {
  if (effects === null) return null;
  const { estimate, ...rest } = effects;
  return { auc: estimate, ...rest };
}

/** Throws RangeError for no first answers, or a margin that is none. */
export function analyzeTrials(trials: readonly Trial[], options: AnalysisOptions): StudyAnalysis {
  const { margin, seed, resamples = defaultResamples, protocol = 'single' } = options;
  const table = arrangeTrials(trials);
  if (table.first.length === 0) throw new RangeError('An analysis needs one first answer or more.');
  const absences = collectAbsences();
  // Each bootstrap has a generator of its own, so that one more statistic leaves the others as they were.
  const root = createRandom(seed);
  const bootstrap = (name: string) => ({ random: root.fork(name), resamples, absences });
  const readers = describeReaders(table, { absences, protocol });
  const pooled = describePooled(table, bootstrap('pooled'));
  const agreement = describeAgreement(table, bootstrap('agreement'));
  const count = (isSynthetic: boolean): number => table.cases.filter((one) => one.isSynthetic === isSynthetic).length;
  return {
    design: {
      readers: readers.length,
      realCases: count(false),
      syntheticCases: count(true),
      trials: table.first.length,
      repeats: table.repeats.length,
      seed,
      resamples,
      protocol,
    },
    readers,
    pooled,
    tost: describeEquivalence(pooled, margin),
    mrmc: toMrmcResult(keepMrmc(describeMrmc(table.cases), absences)),
    fleissKappa: agreement.fleissKappa,
    krippendorffAlpha: agreement.krippendorffAlpha,
    agreement,
    repeats: describeRepeats(table, bootstrap('repeats')),
    reactionTimes: describeReactionTimes(table, absences),
    course: describeCourse(table, absences),
    mixedModel: describeMixedModel(table, absences),
    confidence: describeConfidence(table.first),
    cases: rankCases(table.cases, readers.length),
    models: describeModels(table, absences),
    plots: describePlots(table, { readers, pooled, agreement }),
    absent: absences.list,
  };
}
