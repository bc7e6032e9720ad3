/** Label maps of a BIDS derivative (`derivatives/NAME`), matched with scans by subject, session and run. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from './badScan.ts';
import { subjectKey } from './participants.ts';
import type { Candidate } from './scanFolder.ts';
import { isLabelName, parseBidsName, stemOf, volumeFileKind } from './volumeFile.ts';
import { walkFolder } from './walkFolder.ts';

interface LabelFile {
  /** Absolute. */
  readonly path: string;
  readonly subject: string;
  readonly entities: ReadonlyMap<string, string>;
  /** 0 discrete segmentation, 1 another label map, 2 a name that does not say. */
  readonly rank: number;
}

export interface LabelMaps {
  /** The label map that belongs to a scan, as an absolute path; null where there is none. */
  find(candidate: Candidate): string | null;
}

const mostLabel = 32767;

function labelFile(root: string, path: string): LabelFile | null {
  const kind = volumeFileKind(path);
  const stem = stemOf(path);
  const { entities, suffix } = parseBidsName(stem);
  if ((kind !== 'scan' && kind !== 'header') || suffix === 'probseg') return null;
  const [first] = path.includes('/') ? path.split('/') : [];
  return {
    path: join(root, path),
    subject: subjectKey(entities.get('sub') ?? first ?? stem),
    entities,
    rank: suffix === 'dseg' ? 0 : isLabelName(stem) ? 1 : 2,
  };
}

/** Words for the space of the scan itself (BIDS derivatives, coordinate systems). */
const ownSpaces = new Set(['orig', 'individual', 'scanner', 'T1w']);

/** What a label map names must be so in the scan. */
function agrees(entity: string, scan: ReadonlyMap<string, string>, label: ReadonlyMap<string, string>): boolean {
  const value = label.get(entity);
  return value === undefined || value === scan.get(entity) || (entity === 'space' && ownSpaces.has(value));
}

/** The label maps under `derivatives/NAME` of a folder. Throws AppError 'not-found' where there is no such folder. */
export async function openLabelMaps(root: string, name: string): Promise<LabelMaps> {
  const folder = join(root, 'derivatives', name);
  const { files } = await walkFolder(folder, () => false).catch(async (thrown: unknown) => {
    const there = await readdir(join(root, 'derivatives')).catch(() => []);
    const choice = there.length === 0 ? 'The folder has no derivatives.' : `There is: ${there.sort().join(', ')}.`;
    throw new AppError('not-found', `There is no folder derivatives/${name}. ${choice}`, { cause: thrown });
  });
  const labels = files.map((path) => labelFile(folder, path)).filter((label) => label !== null);
  return {
    find: (candidate) => {
      const scan = new Map(parseBidsName(stemOf(candidate.path)).entities);
      if (candidate.session !== null) scan.set('ses', candidate.session.replace(/^ses-/, ''));
      const [best] = labels
        .filter(({ subject }) => subject === subjectKey(candidate.subject))
        .filter(({ entities }) => ['ses', 'run', 'space'].every((entity) => agrees(entity, scan, entities)))
        .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
      return best?.path ?? null;
    },
  };
}

/** How to store a label map: the smallest type that holds its labels. Throws BadScan where it holds none but others. */
export function labelStorage({ data }: Volume): { kind: 'uint8' } | { kind: 'int16'; slope: 1; intercept: 0 } {
  let [least, most] = [0, 0];
  for (let index = 0, end = data.length; index < end; index++) {
    const label = data[index]!;
    if (!Number.isInteger(label) || Math.abs(label) > mostLabel) {
      throw new BadScan(
        'unknown-datatype',
        `The label map holds the value ${String(label)}: labels are whole numbers up to ${String(mostLabel)}.`,
      );
    }
    least = Math.min(least, label);
    most = Math.max(most, label);
  }
  return least >= 0 && most <= 255 ? { kind: 'uint8' } : { kind: 'int16', slope: 1, intercept: 0 };
}
