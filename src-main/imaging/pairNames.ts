/**
 * Which low-resolution scan belongs to which high-resolution one, by their names: subject and session, where the names
 * of subjects may end in words that all of a folder share (`case01_hr` and `case01_lr`).
 */
import type { Candidate } from './scanFolder.ts';
import { subjectKey } from './participants.ts';

export interface Unmatched {
  readonly path: string;
  /** A sentence for people, without what to do. */
  readonly reason: string;
}

export interface MatchedPairs {
  /** By the path of the high-resolution scan. */
  readonly lowOf: ReadonlyMap<string, Candidate>;
  readonly high: readonly Unmatched[];
  readonly low: readonly Unmatched[];
}

/** Words at the end of every one of two names or more; each name keeps one. */
function sharedEnd(names: readonly (readonly string[])[]): number {
  const [first, ...others] = names;
  if (first === undefined || others.length === 0) return 0;
  const most = Math.min(...names.map((words) => words.length)) - 1;
  let count = 0;
  while (count < most && others.every((words) => words.at(-1 - count) === first.at(-1 - count))) count++;
  return count;
}

/** Scans by what they are matched by. */
function byKey(scans: readonly Candidate[]): Map<string, Candidate[]> {
  const wordsOf = ({ subject }: Candidate): string[] => subjectKey(subject).toLowerCase().split(/[_\-.\s]+/); // prettier-ignore
  const subjects = new Map(scans.map((scan) => [scan.subject, wordsOf(scan)]));
  const dropped = sharedEnd([...subjects.values()]);
  return Map.groupBy(scans, (scan) => {
    const words = wordsOf(scan);
    const subject = words.slice(0, words.length - dropped).join('-');
    return scan.session === null ? subject : `${subject}, ${scan.session}`;
  });
}

function unmatched(scans: ReadonlyMap<string, Candidate[]>, others: ReadonlyMap<string, Candidate[]>, kind: string): Unmatched[] {
  return [...scans].flatMap(([key, own]) => {
    const found = others.get(key)?.length ?? 0;
    if (own.length === 1 && found === 1) return [];
    const reason =
      own.length > 1
        ? `There are ${String(own.length)} scans of "${key}" here, and which of them makes the pair is not known.`
        : found === 0
          ? `There is no ${kind} scan of "${key}".`
          : `There are ${String(found)} ${kind} scans of "${key}", and which of them makes the pair is not known.`;
    return own.map(({ path }) => ({ path, reason }));
  });
} // prettier-ignore

/** One of each kind belong together whatever they are called. */
export function matchPairs(high: readonly Candidate[], low: readonly Candidate[]): MatchedPairs {
  const [onlyHigh, onlyLow] = [high[0], low[0]];
  if (high.length === 1 && low.length === 1 && onlyHigh !== undefined && onlyLow !== undefined)
    return { lowOf: new Map([[onlyHigh.path, onlyLow]]), high: [], low: [] };
  const [ofHigh, ofLow] = [byKey(high), byKey(low)];
  const lowOf = new Map<string, Candidate>();
  for (const [key, [scan, ...more]] of ofHigh) {
    const [match, ...others] = ofLow.get(key) ?? [];
    if (scan !== undefined && match !== undefined && more.length === 0 && others.length === 0)
      lowOf.set(scan.path, match);
  }
  return {
    lowOf,
    high: unmatched(ofHigh, ofLow, 'low-resolution'),
    low: unmatched(ofLow, ofHigh, 'high-resolution'),
  };
}
