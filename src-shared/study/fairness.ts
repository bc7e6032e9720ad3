/** Do trivial traits give the synthetic scans of a study away? One cross-validated test a cue, told in words. */
import type { FairnessCue, FairnessReport, StudyRemedy } from '../contract/studies.ts';
import { createRandom } from '../random.ts';
import { aucInterval, empiricalAuc } from '../statistics/rocCurve.ts';
import { crossValidatedScores, type Labelled } from './discriminant.ts';

export type CueName = FairnessCue['cue'];

export interface CueFeatures {
  readonly isSynthetic: boolean;
  readonly features: Readonly<Record<CueName, readonly number[]>>;
}

interface CueWords {
  readonly what: string;
  readonly remedy: StudyRemedy | null;
  readonly how: string;
}

/** Above this area under the ROC curve a cue may be used by a reader. */
const fairnessLimit = 0.6;
const folds = 5;
const rounds = 20;

const cues: Readonly<Record<CueName, CueWords>> = {
  background: {
    what: 'the value and extent of the background',
    remedy: 'common-box',
    how: 'cut all scans to the box they share',
  },
  histogram: {
    what: 'the distribution of intensities',
    remedy: 'match-histogram',
    how: 'give all scans the same distribution of intensities',
  },
  spectrum: {
    what: 'how much fine and coarse detail there is (the power in octave bands)',
    remedy: 'match-sharpness',
    how: 'low-pass the sharper scans until all are equally sharp',
  },
  box: {
    what: 'the size and place of the brain in the grid',
    remedy: 'common-box',
    how: 'cut all scans to the box they share',
  },
  sharpness: {
    what: 'the sharpness of edges',
    remedy: 'match-sharpness',
    how: 'low-pass the sharper scans until all are equally sharp',
  },
  file: { what: 'the header or size of the files', remedy: null, how: 'report this as a fault of Doppel' },
};
const cueNames = Object.keys(cues) as CueName[];

/** P(every synthetic scan scores above every real one by chance): one order of the two kinds among all there are. */
function chanceOfPerfection(cases: readonly Labelled[]): number {
  const positives = cases.filter(({ isPositive }) => isPositive).length;
  let chance = 1;
  for (let k = 1; k <= positives; k++) chance *= k / (cases.length - positives + k);
  return chance;
}

function describeCue(cue: CueName, cases: readonly CueFeatures[], seed: number): FairnessCue {
  const { what, remedy, how } = cues[cue];
  const labelled: Labelled[] = cases.map(({ features, isSynthetic }) => ({
    features: features[cue],
    isPositive: isSynthetic,
  }));
  const fewest = Math.min(folds, ...[true, false].map((wanted) => labelled.filter(({ isPositive }) => isPositive === wanted).length)); // prettier-ignore
  const random = createRandom(seed).fork(`fairness ${cue}`);
  const found = empiricalAuc(crossValidatedScores(labelled, { folds: fewest, rounds, random }));
  if (found === null) throw new RangeError('A test of fairness needs scans of both kinds.');
  const interval = aucInterval(found);
  // As many tests as cues: each at a share of the usual 5 % (Bonferroni).
  const alpha = 0.05 / cueNames.length;
  const strict = aucInterval(found, 1 - alpha);
  // A perfect separation has no interval, and must not pass for less than one with an error in it.
  const isBeyondChance = strict === null ? chanceOfPerfection(labelled) < 0.05 : strict.low > 0.5;
  const verdict = found.auc <= fairnessLimit ? 'clear' : isBeyondChance ? 'cue' : 'possible';
  const area = `AUC ${found.auc.toFixed(2)}${interval === null ? '' : `, 95 % interval ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`}`;
  const words = {
    clear: `Real and synthetic scans cannot be told apart by ${what} (${area}).`,
    possible: `Real and synthetic scans may differ in ${what} (${area}); with so few scans chance alone can do that. To be safe, ${how}.`,
    cue: `Real and synthetic scans can be told apart by ${what} (${area}). To remove it, ${how}.`,
  }[verdict];
  return {
    cue,
    auc: found.auc,
    ci95: interval === null ? null : [interval.low, interval.high],
    verdict,
    words,
    remedy: verdict === 'clear' ? null : remedy,
  };
}

export interface FairnessRequest {
  readonly cases: readonly CueFeatures[];
  readonly remedies: readonly StudyRemedy[];
  readonly seed: number;
}

/** Needs two scans of each kind or more. The same scans in the same order and seed give the same report. */
export function testFairness({ cases, remedies, seed }: FairnessRequest): FairnessReport {
  const described = cueNames.map((cue) => describeCue(cue, cases, seed));
  const synthetic = cases.filter(({ isSynthetic }) => isSynthetic).length;
  return {
    real: cases.length - synthetic,
    synthetic,
    folds: Math.min(folds, synthetic, cases.length - synthetic),
    rounds,
    limit: fairnessLimit,
    remedies: [...remedies],
    fair: described.every(({ verdict }) => verdict !== 'cue'),
    cues: described,
  };
}
