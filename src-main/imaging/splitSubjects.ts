/** Which subjects train and which are held out: by subject, so that repeat scans of one person never do both. */
import type { Split } from '#contract/records.ts';
import { createRandom } from '#shared/random.ts';

/**
 * The split of each subject. A `holdout` fraction of the subjects, rounded, is held out; with two subjects or more and
 * a holdout above zero there is at least one on each side. The same subjects and seed give the same split.
 */
export function splitSubjects(subjects: Iterable<string>, holdout: number, seed: number): ReadonlyMap<string, Split> {
  const sorted = [...new Set(subjects)].sort();
  const rounded = Math.round(holdout * sorted.length);
  const isSplit = holdout > 0 && sorted.length >= 2;
  const count = isSplit ? Math.min(sorted.length - 1, Math.max(1, rounded)) : 0;
  const shuffled = createRandom(seed).fork('split').shuffle(sorted);
  return new Map(shuffled.map((subject, index) => [subject, index < count ? 'heldout' : 'train']));
}
