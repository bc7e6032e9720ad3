/**
 * Finds the scans of a folder: a flat folder, a folder per patient, or BIDS (Gorgolewski et al. 2016, Sci. Data
 * 3:160044). Every file that looks like a volume becomes a candidate or is rejected with a reason; nothing is read yet
 * but names and the participants' table.
 */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attributes, FileOutcome } from '#contract/records.ts';
import { AppError } from '#contract/errors.ts';
import { parseParticipants } from './participants.ts';
import {
  contrastOf,
  contrastRank,
  isLabelName,
  parseBidsName,
  stemOf,
  supportedFormats,
  volumeFileKind,
} from './volumeFile.ts';
import { walkFolder } from './walkFolder.ts';

export interface Candidate {
  /** Relative to the folder, `/` between names; of a pair the header. */
  readonly path: string;
  readonly subject: string;
  readonly session: string | null;
}

export interface FolderContent {
  readonly candidates: readonly Candidate[];
  /** What is not a candidate, and why. */
  readonly outcomes: readonly FileOutcome[];
  /** By `subjectKey`. */
  readonly participants: ReadonlyMap<string, Attributes>;
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

function rejected(path: string, code: string, reason: string): FileOutcome {
  return { path, status: 'rejected', code, reason };
}

/** DICOM files often have no ending; the letters after the preamble tell them (PS3.10, 7.1). */
async function isDicom(path: string): Promise<boolean> {
  const magic = Buffer.alloc(4);
  try {
    const file = await open(path, 'r');
    try {
      await file.read(magic, 0, 4, 128);
    } finally {
      await file.close();
    }
  } catch {
    return false; // a file of no known name that cannot be opened is none of ours
  }
  return magic.toString('latin1') === 'DICM';
}

/** Splits what was found into volume files (of pairs the header) and rejections; other files are passed over. */
async function sortFiles(
  root: string,
  files: readonly string[],
): Promise<{ volumes: string[]; outcomes: FileOutcome[] }> {
  const volumes: string[] = [];
  const outcomes: FileOutcome[] = [];
  const withoutEnding = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1) + stemOf(path);
  const named = (kind: string): Set<string> =>
    new Set(files.filter((path) => volumeFileKind(path) === kind).map(withoutEnding));
  const headers = named('header');
  const images = named('image');
  for (const path of files) {
    const kind = volumeFileKind(path);
    const unsupported = `This format is not read. ${supportedFormats} are: convert the scan to one of them.`;
    if (kind === 'scan' || (kind === 'header' && images.has(withoutEnding(path)))) volumes.push(path);
    else if (kind === 'header')
      outcomes.push(
        rejected(
          path,
          'missing-pair',
          'This is a header whose image file (.img) is not beside it. Put both into one folder, under one name.',
        ),
      );
    else if (kind === 'image' && !headers.has(withoutEnding(path)))
      outcomes.push(
        rejected(
          path,
          'missing-pair',
          'This is an image file whose header (.hdr) is not beside it. Put both into one folder, under one name.',
        ),
      );
    else if (kind === 'unsupported') outcomes.push(rejected(path, 'unsupported-format', unsupported));
    else if (kind === 'other' && !/\.[^./]*[a-z][^./]*$/i.test(path) && (await isDicom(join(root, path)))) {
      outcomes.push(
        rejected(
          path,
          'unsupported-format',
          `This is a DICOM file. ${supportedFormats} are read: convert the series to NIfTI, with dcm2niix for instance.`,
        ),
      );
    }
  }
  return { volumes, outcomes };
}

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

/**
 * One contrast a dataset: the most common one stays, files of others are rejected, and so are label maps. In BIDS the
 * suffix is the contrast; elsewhere names without a known word stay.
 */
function keepOneContrast(paths: readonly string[], layout: Layout): { kept: string[]; outcomes: FileOutcome[] } {
  const contrast = (path: string): string | null => {
    const stem = stemOf(path);
    return contrastOf(stem) ?? (layout === 'bids' ? parseBidsName(stem).suffix : null);
  };
  const counts = new Map<string, number>();
  for (const path of paths) {
    const name = contrast(path);
    if (name !== null && !isLabelName(stemOf(path))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [chosen] = [...counts].sort(
    ([a, countA], [b, countB]) => countB - countA || contrastRank(a) - contrastRank(b) || (a < b ? -1 : 1),
  );
  const kept: string[] = [];
  const outcomes: FileOutcome[] = [];
  for (const path of paths) {
    const name = contrast(path);
    if (isLabelName(stemOf(path))) {
      outcomes.push(
        rejected(
          path,
          'label-map',
          'By its name this is a label map or mask, not a scan. Label maps are taken from derivatives/ with --derivative.',
        ),
      );
    } else if (name !== null && chosen !== undefined && name !== chosen[0]) {
      outcomes.push(
        rejected(
          path,
          'other-modality',
          `A dataset holds one contrast: here ${chosen[0]} (${String(chosen[1])} files), and this is ${name === '' ? 'not named' : name}. Import it as a dataset of its own from a folder without the others.`,
        ),
      );
    } else kept.push(path);
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

/** Looks through a folder. Throws AppError 'not-found' where there is none, or none that may be read. */
export async function scanFolder(root: string): Promise<FolderContent> {
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
  const { kept, outcomes } = keepOneContrast(placed, layout);
  const participants = await readParticipants(root, files);
  return {
    candidates: withoutSharedFolder(kept.map((path) => ownerOf(path, layout))),
    outcomes: [
      ...participants.outcomes,
      ...unreadable.map((path) =>
        rejected(path, 'unreadable', 'It cannot be read. Check that it is there and that you may read it.'),
      ),
      ...sorted.outcomes,
      ...misplaced,
      ...outcomes,
    ],
    participants: participants.table,
  };
}
