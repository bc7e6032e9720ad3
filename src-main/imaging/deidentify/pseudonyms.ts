/** What subjects, sessions and files of an import are called in the project. */
import { endingOf, isPlainPath, isPlainSession, isPlainSubject, isPlainSuffix } from '#shared/privacy/plainNames.ts';
import { sha256Of } from '../atomicWrite.ts';
import { contrastOf, parseBidsName, stemOf } from '../volumeFile.ts';

/** As its folder has it. */
export interface NamedScan {
  readonly subject: string;
  readonly session: string | null;
  readonly sourceFile: string;
  readonly sourceSha256: string;
  /** A DICOM series, whose names are pseudonyms already. */
  readonly isSeries: boolean;
}

export interface StoredNames {
  readonly subject: string;
  readonly session: string | null;
  readonly sourceFile: string;
}

const suffixOf = (path: string): string => {
  const { suffix } = parseBidsName(stemOf(path));
  return isPlainSuffix(suffix) ? suffix : (contrastOf(stemOf(path)) ?? '');
};

/** The file of a scan under stored names: its own where that is made of running numbers, else one made of them. */
export function storedFile(path: string, { subject, session }: Omit<StoredNames, 'sourceFile'>): string {
  if (isPlainPath(path) && isPlainSubject(subject)) return path;
  return [subject, session, suffixOf(path)].filter((part) => part !== null && part !== '').join('_') + endingOf(path);
}

function pseudonymsOf(scans: readonly NamedScan[], seed: number): ReadonlyMap<string, string> {
  const ranks = new Map<string, string>();
  for (const { subject, sourceSha256, isSeries } of scans) {
    if (isSeries || isPlainSubject(subject)) continue;
    const rank = sha256Of(`${String(seed)} ${sourceSha256}`);
    const other = ranks.get(subject);
    if (other === undefined || rank < other) ranks.set(subject, rank);
  }
  const ordered = [...ranks].sort(([, a], [, b]) => (a < b ? -1 : 1));
  return new Map(ordered.map(([subject], at) => [subject, `sub-p${String(at + 1).padStart(4, '0')}`]));
}

function sessionsOf(scans: readonly NamedScan[], subject: string): ReadonlyMap<string, string> {
  const named = new Set(
    scans.flatMap((scan) => (scan.subject === subject && scan.session !== null ? [scan.session] : [])),
  );
  const others = [...named].filter((session) => !isPlainSession(session)).sort();
  return new Map(others.map((session, at) => [session, `ses-p${String(at + 1)}`]));
}

/**
 * In the order of the scans. `sub-01` is a running number and stays; others become `sub-p0001` and on, in an order that the
 * seed and the content of their files make, so that it tells nothing of names and the same scans are called the same.
 */
export function storedNames(scans: readonly NamedScan[], seed: number): readonly StoredNames[] {
  const pseudonyms = pseudonymsOf(scans, seed);
  const sessions = new Map<string, ReadonlyMap<string, string>>();
  return scans.map(({ subject, session, sourceFile, isSeries }) => {
    if (isSeries) return { subject, session, sourceFile };
    let own = sessions.get(subject);
    if (own === undefined) sessions.set(subject, (own = sessionsOf(scans, subject)));
    const names = {
      subject: pseudonyms.get(subject) ?? subject,
      session: session === null ? null : (own.get(session) ?? session),
    };
    return { ...names, sourceFile: storedFile(sourceFile, names) };
  });
}
