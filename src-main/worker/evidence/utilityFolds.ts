/** Who is tested on by whom: subject-wise folds, on scans that the generator has not seen wherever that is possible. */
import { AppError } from '#contract/errors.ts';
import { utilityArmId, type UtilityArm, type UtilityReport } from '#contract/evidence/utility.ts';
import { createRandom } from '#shared/random.ts';

export interface Fold {
  /** Indices of real scans. */
  readonly training: readonly number[];
  readonly test: readonly number[];
}

export interface FoldRequest {
  /** Of each real scan. */
  readonly subjects: readonly string[];
  /** Whether the generator was trained on a subject; null: not known. */
  readonly isSeen: (subject: string) => boolean | null;
  readonly folds: number;
  readonly testOn: 'unseen' | 'all';
  readonly seed: number;
}

export interface Folds extends Pick<UtilityReport['split'], 'testOn' | 'leakage' | 'words'> {
  readonly folds: readonly Fold[];
}

const fewest = 2;

function describe(tested: readonly string[], { isSeen }: FoldRequest, folds: number): Pick<Folds, 'leakage' | 'words'> {
  const seen = tested.filter((subject) => isSeen(subject) === true).length;
  const unknown = tested.filter((subject) => isSeen(subject) === null).length;
  const [all, by] = [`${String(tested.length)} subjects`, `${String(folds)} folds by subject`];
  if (seen > 0) {
    return {
      leakage: 'seen',
      words: `Tested on ${all} in ${by}. The generator was trained on ${String(seen)} of them: its scans may carry over what is tested on (leakage), so that arms with synthetic scans can look better than they are.`,
    };
  }
  if (unknown > 0) {
    return {
      leakage: 'unknown',
      words: `Tested on ${all} in ${by}. What the generator was trained on is not known: if it has seen scans that are tested on, arms with synthetic scans can look better than they are.`,
    };
  }
  return {
    leakage: 'none',
    words: `Tested on ${all} that the generator was not trained on, in ${by}; the networks learn from all other real scans.`,
  };
}

/** The same request, the same folds. Throws AppError 'usage' where there are too few subjects. */
export function splitFolds(request: FoldRequest): Folds {
  const { subjects, isSeen, testOn, seed } = request;
  const all = [...new Set(subjects)].sort();
  if (all.length < fewest + 1)
    throw new AppError('usage', `A comparison needs the labelled scans of ${String(fewest + 1)} subjects or more; there are ${String(all.length)}.`); // prettier-ignore
  const unseen = all.filter((subject) => isSeen(subject) === false);
  const isUnseen = testOn === 'unseen' && unseen.length >= fewest;
  const tested = createRandom(seed)
    .fork('folds')
    .shuffle(isUnseen ? unseen : all);
  const count = Math.min(request.folds, tested.length);
  const folds = Array.from({ length: count }, (_, fold): Fold => {
    const inFold = new Set(tested.filter((__, at) => at % count === fold));
    const indices = [...subjects.keys()];
    const isTest = (at: number): boolean => inFold.has(subjects[at] ?? '');
    return { training: indices.filter((at) => !isTest(at)), test: indices.filter(isTest) };
  });
  return { folds, testOn: isUnseen ? 'unseen' : 'all', ...describe(tested, request, count) };
}

export interface PlannedArm {
  readonly id: string;
  readonly arm: UtilityArm;
  /** Scans of each fold. */
  readonly real: readonly number[];
  readonly synthetic: readonly number[];
}

/**
 * How many scans each arm has in each fold, `real` first. Where there are fewer synthetic scans than asked for, an arm has
 * all there are, and one that would so be the same as another is left out; `notes` says so.
 */
export function planArms(
  asked: readonly UtilityArm[],
  { folds, available }: { readonly folds: readonly Fold[]; readonly available: number },
): { readonly arms: readonly PlannedArm[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const arms = new Map<string, PlannedArm>();
  for (const arm of [{ kind: 'real' } as const, ...asked]) {
    const id = utilityArmId(arm);
    if (arms.has(id)) continue;
    const wanted = folds.map(({ training }) =>
      'percent' in arm ? Math.max(1, Math.round((arm.percent / 100) * training.length)) : 0,
    );
    const synthetic = wanted.map((count) => Math.min(count, available));
    const real = folds.map(({ training }) => (arm.kind === 'synthetic' ? 0 : training.length));
    const same = [...arms.values()].find((other) => 'percent' in arm && other.arm.kind === arm.kind && String(other.synthetic) === String(synthetic)); // prettier-ignore
    if (same !== undefined) {
      notes.push(`${id} is left out: with ${String(available)} synthetic scans it would be ${same.id} again.`);
      continue;
    }
    if (Math.max(...wanted) > available)
      notes.push(`${id} asks for ${String(Math.max(...wanted))} synthetic scans; there are ${String(available)}, and it has those.`); // prettier-ignore
    arms.set(id, { id, arm, real, synthetic });
  }
  return { arms: [...arms.values()], notes };
}
