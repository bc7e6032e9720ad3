/**
 * Finds the scans of a folder: a flat folder, a folder per patient, or BIDS (Gorgolewski et al. 2016, Sci. Data
 * 3:160044), and DICOM files in any order. Every file that looks like a volume and every DICOM series becomes a candidate
 * or is rejected with a reason; nothing is read yet but names, the participants' table and the headers of DICOM files.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attributes, FileOutcome } from '#contract/records.ts';
import { AppError } from '#contract/errors.ts';
import type { PrivacyReport } from '#contract/privacy.ts';
import { chooseColumns } from './deidentify/columns.ts';
import type { RemovedElements } from './dicom/elementCount.ts';
import { findSeries, type FoundSeries, type Watch } from './dicom/findSeries.ts';
import type { Series } from './dicom/series.ts';
import { parseParticipants } from './participants.ts';
import { rejected, sortFiles } from './sortFiles.ts';
import { contrastOf, contrastRank, isLabelName, parseBidsName, stemOf } from './volumeFile.ts';
import { walkFolder } from './walkFolder.ts';

export interface Candidate {
  /** Relative to the folder, `/` between names; of a pair the header, of a series a name that is no file's. */
  readonly path: string;
  readonly subject: string;
  readonly session: string | null;
  /** Of a DICOM series; absent for a file. */
  readonly series?: Series;
}

export interface FolderContent {
  readonly candidates: readonly Candidate[];
  /** What is not a candidate, and why. */
  readonly outcomes: readonly FileOutcome[];
  /** By `subjectKey`; of columns that may come along alone. */
  readonly participants: ReadonlyMap<string, Attributes>;
  readonly columns: PrivacyReport['columns'];
  readonly removed: RemovedElements;
}

type Layout = 'bids' | 'folders';

const participantsFile = 'participants.tsv';
const descriptionFile = 'dataset_description.json';
/** Folders of BIDS that hold no scans of the dataset itself. */
const asideFolders = new Set(['sourcedata', 'code', 'stimuli', 'phenotype']);
const otherDatatypes = new Set([
  'func',
  'dwi',
  'fmap',
  'perf',
  'pet',
  'meg',
  'eeg',
  'ieeg',
  'micr',
  'nirs',
  'mrs',
  'beh',
  'motion',
]);

/** Why a BIDS name is no anatomical scan, null where it may be one. */
function bidsRejection(path: string): FileOutcome | null {
  const folders = path.split('/').slice(0, -1);
  if (!(folders[0] ?? '').startsWith('sub-')) {
    return rejected(
      path,
      'outside-subject',
      'The file is not in the folder of a subject (sub-…): in a BIDS dataset every scan is.',
    );
  }
  const datatype = folders.find((name) => otherDatatypes.has(name));
  if (datatype === undefined) return null;
  return rejected(path, 'other-modality', `The file is in ${datatype}/: only anatomical scans (anat/) are imported.`);
}

/** What the rule of one contrast looks at. */
interface Named {
  readonly path: string;
  readonly contrast: string | null;
  readonly isLabel: boolean;
}

/** In BIDS the suffix is the contrast; elsewhere names without a known word have none. */
function nameOf(path: string, layout: Layout): Named {
  const stem = stemOf(path);
  const contrast = contrastOf(stem) ?? (layout === 'bids' ? parseBidsName(stem).suffix : null);
  return { path, contrast, isLabel: isLabelName(stem) };
}

/** Series that stay aside of themselves are of no contrast: their own reason is told. */
function nameOfSeries({ path, series }: FoundSeries): Named {
  return { path, contrast: series.aside?.until === 'asking' ? null : series.words.contrast, isLabel: false };
}

/**
 * One contrast a dataset: the most common one stays, scans of others are rejected, and so are label maps; scans without a
 * known contrast stay.
 */
function keepOneContrast(names: readonly Named[]): { kept: Set<string>; outcomes: FileOutcome[] } {
  const counts = new Map<string, number>();
  for (const { contrast, isLabel } of names) {
    if (contrast !== null && !isLabel) counts.set(contrast, (counts.get(contrast) ?? 0) + 1);
  }
  const [chosen] = [...counts].sort(
    ([a, countA], [b, countB]) => countB - countA || contrastRank(a) - contrastRank(b) || (a < b ? -1 : 1),
  );
  const kept = new Set<string>();
  const outcomes: FileOutcome[] = [];
  for (const { path, contrast, isLabel } of names) {
    if (isLabel) {
      outcomes.push(
        rejected(
          path,
          'label-map',
          'By its name this is a label map or mask, not a scan. Label maps are taken from derivatives/ with --derivative.',
        ),
      );
    } else if (contrast !== null && chosen !== undefined && contrast !== chosen[0]) {
      outcomes.push(
        rejected(
          path,
          'other-modality',
          `A dataset holds one contrast: here ${chosen[0]} (${String(chosen[1])} scans), and this is ${contrast === '' ? 'not named' : contrast}. Import it as a dataset of its own: name its scans (--scan), or use a folder without the others.`,
        ),
      );
    } else kept.add(path);
  }
  return { kept, outcomes };
}

/** Subject and session of a scan by its path. */
function ownerOf(path: string, layout: Layout): Candidate {
  const folders = path.split('/').slice(0, -1);
  const { entities } = parseBidsName(stemOf(path));
  const named = entities.get('ses');
  const session = folders.find((name) => name.startsWith('ses-')) ?? (named === undefined ? null : `ses-${named}`);
  const [first, second = null] = folders;
  if (layout === 'bids') return { path, subject: first ?? stemOf(path), session };
  if (first !== undefined) return { path, subject: first, session: session ?? second };
  // A flat folder: the name is the subject, but BIDS names tell sessions of one subject apart.
  const subject = entities.get('sub');
  return subject === undefined
    ? { path, subject: stemOf(path), session: null }
    : { path, subject: `sub-${subject}`, session };
}

/** Subjects and sessions of files that were named one by one: as of a folder that holds them all. `path` stays. */
export function ownersOf(paths: readonly string[]): readonly Candidate[] {
  const parents = paths.map((path) => path.split('/').slice(0, -1));
  const [first = []] = parents;
  const split = first.findIndex((name, at) => parents.some((folders) => folders[at] !== name));
  const shared = split < 0 ? Math.min(...parents.map(({ length }) => length)) : split;
  const owners = paths.map((path) => ownerOf(path.split('/').slice(shared).join('/'), 'folders'));
  return withoutSharedFolder(owners).map((owner, at) => ({ ...owner, path: paths[at] ?? owner.path }));
}

/** A folder level that all scans of a subject share is no session. */
function withoutSharedFolder(candidates: readonly Candidate[]): Candidate[] {
  const sessions = new Map<string, Set<string | null>>();
  for (const { subject, session } of candidates)
    sessions.set(subject, (sessions.get(subject) ?? new Set()).add(session));
  return candidates.map((candidate) => {
    const isShared = sessions.get(candidate.subject)?.size === 1 && candidate.session?.startsWith('ses-') !== true;
    return isShared ? { ...candidate, session: null } : candidate;
  });
}

async function readParticipants(
  root: string,
  files: readonly string[],
): Promise<{ table: ReadonlyMap<string, Attributes>; outcomes: FileOutcome[] }> {
  if (!files.includes(participantsFile)) return { table: new Map(), outcomes: [] };
  const table = parseParticipants(await readFile(join(root, participantsFile), 'utf8').catch(() => ''));
  if (table !== null) return { table, outcomes: [] };
  const reason =
    'The table has no column participant_id, so subjects have no attributes. Name the column of subjects so and import again.';
  return {
    table: new Map(),
    outcomes: [{ path: participantsFile, status: 'warning', code: 'bad-participants', reason }],
  };
}

export interface ScanFolderOptions {
  /** Scans that are taken by name whatever contrast the others have; others are not. Undefined: all that fit. */
  readonly named?: readonly string[] | undefined;
  /** Told after each DICOM file; may throw to stop. */
  readonly watch?: Watch;
}

/** Keeps the named ones. Throws AppError 'not-found' where one is not there. */
function chooseNamed(candidates: readonly Candidate[], named: readonly string[]): readonly Candidate[] {
  const there = new Set(candidates.map(({ path }) => path));
  const missing = named.filter((path) => !there.has(path));
  if (missing.length === 0) return candidates.filter(({ path }) => named.includes(path));
  throw new AppError(
    'not-found',
    `The folder holds no scan called ${missing.slice(0, 3).join(', ')}. "doppel dataset scan" lists what it holds.`,
  );
}

/** Looks through a folder. Throws AppError 'not-found' where there is none, or none that may be read. */
export async function scanFolder(root: string, options: ScanFolderOptions = {}): Promise<FolderContent> {
  const { named, watch = () => Promise.resolve() } = options;
  const isSkipped = (folder: string): boolean => /(^|\/)derivatives$/i.test(folder) || asideFolders.has(folder);
  const { files, unreadable } = await walkFolder(root, isSkipped).catch((thrown: unknown) => {
    throw new AppError(
      'not-found',
      `The folder ${root} is not there or cannot be read. Check the path and your permissions.`,
      { cause: thrown },
    );
  });
  const sorted = await sortFiles(root, files);
  const isBids =
    files.includes(descriptionFile) || sorted.volumes.some((path) => /^sub-[^/]+\/(ses-[^/]+\/)?anat\//.test(path));
  const layout: Layout = isBids ? 'bids' : 'folders';

  const misplaced = isBids ? sorted.volumes.map(bidsRejection).filter((outcome) => outcome !== null) : [];
  const misplacedPaths = new Set(misplaced.map((outcome) => outcome.path));
  const placed = sorted.volumes.filter((path) => !misplacedPaths.has(path));
  const owners = withoutSharedFolder(placed.map((path) => ownerOf(path, layout)));
  const takenSubjects = new Set(owners.map(({ subject }) => subject));
  const { found, outcomes: ofDicom, removed } = await findSeries(root, sorted.dicom, { takenSubjects, watch });
  const all: Candidate[] = [...owners, ...found];
  const { kept, outcomes } = keepOneContrast([
    ...placed.map((path) => nameOf(path, layout)),
    ...found.map(nameOfSeries),
  ]);
  const participants = await readParticipants(root, files);
  const columns = chooseColumns(participants.table);
  return {
    candidates: named === undefined ? all.filter(({ path }) => kept.has(path)) : chooseNamed(all, named),
    outcomes: [
      ...participants.outcomes,
      ...unreadable.map((path) =>
        rejected(path, 'unreadable', 'It cannot be read. Check that it is there and that you may read it.'),
      ),
      ...sorted.outcomes,
      ...ofDicom,
      ...misplaced,
      ...(named === undefined ? outcomes : []),
    ],
    participants: columns.participants,
    columns: { kept: [...columns.kept], left: [...columns.left] },
    removed,
  };
}
