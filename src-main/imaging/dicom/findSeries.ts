/**
 * The series among DICOM files, under pseudonyms: patients are told apart by a hash with a salt that is drawn anew each
 * time and forgotten, and are called sub-0001 and so on in the order of their files.
 */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FileOutcome } from '#contract/records.ts';
import { BadScan } from '../badScan.ts';
import { readDicomFile, type DicomFile } from './dicomFile.ts';
import { createElementCount, type RemovedElements } from './elementCount.ts';
import { groupSeries, type Series } from './series.ts';

export interface FoundSeries {
  /** A name for the series, which is no file's: `sub-0001/ses-02/series-3_t1_mprage`. */
  readonly path: string;
  readonly subject: string;
  readonly session: string | null;
  readonly series: Series;
}

/** Told after each file; may throw to stop. */
export type Watch = (done: number, total: number) => Promise<void>;

/** Stands for files whose own names are not told, since folders of an export are often called after patients. */
const someFiles = 'DICOM files';

function createBlind(): (identifier: string) => string {
  const salt = randomBytes(32);
  return (identifier) => createHash('sha256').update(salt).update(identifier).digest('base64');
}

interface Read {
  readonly files: readonly DicomFile[];
  readonly outcomes: readonly FileOutcome[];
  readonly removed: RemovedElements;
}

async function readAll(root: string, paths: readonly string[], watch: Watch): Promise<Read> {
  const blind = createBlind();
  const count = createElementCount();
  const files: DicomFile[] = [];
  const faults: BadScan[] = [];
  let withoutImage = 0;
  for (const [index, path] of paths.entries()) {
    await watch(index, paths.length);
    try {
      const file = await readDicomFile(join(root, path), blind, count);
      if (file?.hasImage === true) files.push(file);
      else if (file !== null) withoutImage++;
    } catch (thrown) {
      if (!(thrown instanceof BadScan)) throw thrown;
      faults.push(thrown);
    }
  }
  const outcomes = [...Map.groupBy(faults, ({ scanCode }) => scanCode)].map(([code, [first, ...more]]): FileOutcome => {
    const count = more.length === 0 ? 'One file' : `${String(more.length + 1)} files`;
    return { path: someFiles, status: 'rejected', code, reason: `${count}: ${first?.message ?? ''}` };
  });
  if (withoutImage > 0) {
    const reason = `${String(withoutImage)} of them hold no image (reports, presentation states and the like).`;
    outcomes.push({ path: someFiles, status: 'rejected', code: 'not-an-image', reason });
  }
  return { files, outcomes, removed: count.result() };
}

/** `base`, or with the first number after it that makes it new. */
function unused(base: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}_${String(number)}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/**
 * Reads the files at `paths` below `root` and groups them. `takenSubjects` are names of subjects that are not given to
 * patients.
 */
export async function findSeries(
  root: string,
  paths: readonly string[],
  { takenSubjects, watch }: { takenSubjects: ReadonlySet<string>; watch: Watch },
): Promise<{ found: FoundSeries[] } & Pick<Read, 'outcomes' | 'removed'>> {
  const { files, outcomes, removed } = await readAll(root, paths, watch);
  const found: FoundSeries[] = [];
  const names = new Set<string>();
  let number = 0;
  for (const ofPatient of Map.groupBy(files, ({ patient }) => patient).values()) {
    let subject = '';
    do subject = `sub-${String(++number).padStart(4, '0')}`;
    while (takenSubjects.has(subject));
    const studies = [...Map.groupBy(ofPatient, ({ study }) => study).values()];
    for (const [index, ofStudy] of studies.entries()) {
      const session = studies.length === 1 ? null : `ses-${String(index + 1).padStart(2, '0')}`;
      const folder = session === null ? subject : `${subject}/${session}`;
      for (const [at, series] of groupSeries(ofStudy).entries()) {
        const { harmless } = series.words;
        const name = `series-${String(series.number ?? at + 1)}${harmless === '' ? '' : `_${harmless}`}`;
        found.push({ path: unused(`${folder}/${name}`, names), subject, session, series });
      }
    }
  }
  return { found, outcomes, removed };
}
