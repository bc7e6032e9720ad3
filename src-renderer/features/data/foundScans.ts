/** What a look through a folder found: counted, filtered, grouped by subject. */
import type { ScanCandidate } from '#contract/records.ts';

export type Verdict = ScanCandidate['verdict'];

export interface FoundFilter {
  readonly verdict: Verdict | 'all';
  /** Of a finding; '' for all. */
  readonly code: string;
  readonly text: string;
}

export const everything: FoundFilter = { verdict: 'all', code: '', text: '' };

export interface FoundCounts {
  readonly all: number;
  readonly ok: number;
  readonly warning: number;
  readonly rejected: number;
  /** What an import would take: by default good ones and those with a warning that belong to a subject. */
  readonly usable: number;
  /** Subjects with a usable scan. */
  readonly subjects: number;
}

const isUsable = ({ verdict, subject }: ScanCandidate): boolean => verdict !== 'rejected' && subject !== null;

/** What the user decided otherwise than by default, by path. */
export type Choice = ReadonlyMap<string, boolean>;
const noChoice: Choice = new Map();

/** Series that stay aside, and scans of other contrasts, may be taken too. */
export const isChoosable = (candidate: ScanCandidate): boolean => isUsable(candidate) || candidate.until === 'asking';

export const isChosen = (candidate: ScanCandidate, choice: Choice): boolean =>
  isChoosable(candidate) && (choice.get(candidate.path) ?? isUsable(candidate));

/** The scans to import by name; undefined where all usable ones are chosen and no others. */
export function chosenPaths(candidates: readonly ScanCandidate[], choice: Choice): string[] | undefined {
  if (candidates.every((candidate) => isChosen(candidate, choice) === isUsable(candidate))) return undefined;
  return candidates.filter((candidate) => isChosen(candidate, choice)).map(({ path }) => path);
}

/** The most volumes that a file or series of these holds. */
export const mostFrames = (candidates: readonly ScanCandidate[]): number =>
  candidates.reduce((most, { frames }) => Math.max(most, frames), 1);

export function countFound(candidates: readonly ScanCandidate[], choice: Choice = noChoice): FoundCounts {
  const of = (verdict: Verdict): number => candidates.filter((candidate) => candidate.verdict === verdict).length;
  const usable = candidates.filter((candidate) => isChosen(candidate, choice));
  return {
    all: candidates.length,
    ok: of('ok'),
    warning: of('warning'),
    rejected: of('rejected'),
    usable: usable.length,
    subjects: new Set(usable.flatMap(({ subject }) => subject ?? [])).size,
  };
}

/** The kinds of findings besides 'ok', the most frequent first. */
export function problemCodes(candidates: readonly ScanCandidate[]): readonly { code: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { code, verdict } of candidates) {
    if (verdict !== 'ok') counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].map(([code, count]) => ({ code, count })).toSorted((a, b) => b.count - a.count);
}

export interface FoundRow {
  readonly candidate: ScanCandidate;
  /** Scans of the subject that are shown, on the first of them; 0 on the others. */
  readonly groupSize: number;
}

/** Those that pass, subject after subject; files of nobody last. */
export function rowsOf(candidates: readonly ScanCandidate[], filter: FoundFilter): readonly FoundRow[] {
  const text = filter.text.trim().toLowerCase();
  const groups = new Map<string | null, ScanCandidate[]>();
  for (const candidate of candidates) {
    const { verdict, code, path, subject } = candidate;
    if (filter.verdict !== 'all' && verdict !== filter.verdict) continue;
    if (filter.code !== '' && code !== filter.code) continue;
    if (!`${path} ${subject ?? ''}`.toLowerCase().includes(text)) continue;
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [candidate]);
    else group.push(candidate);
  }
  const named = [...groups].filter(([subject]) => subject !== null);
  const stray = [...groups].filter(([subject]) => subject === null);
  return [...named, ...stray].flatMap(([, group]) =>
    group.map((candidate, index) => ({ candidate, groupSize: index === 0 ? group.length : 0 })),
  );
}

/** What a preview of the grid is tried on first: the first scan without a finding, else the first usable one. */
export function exampleScan(candidates: readonly ScanCandidate[]): ScanCandidate | null {
  return candidates.find(({ verdict }) => verdict === 'ok') ?? candidates.find(isUsable) ?? null;
}

export const usableScans = (candidates: readonly ScanCandidate[]): readonly ScanCandidate[] =>
  candidates.filter(isUsable);

/** How many subjects an import holds out of `subjects`: the rule of the import, which draws which ones. */
export function heldOutSubjects(subjects: number, holdout: number): number {
  if (holdout <= 0 || subjects < 2) return 0;
  return Math.min(subjects - 1, Math.max(1, Math.round(holdout * subjects)));
}
