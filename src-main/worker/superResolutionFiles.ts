/** Which scans a super-resolution is about, and what its results are called. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { SuperResolveRequest } from '#contract/superResolution.ts';
import { storedName } from '#shared/privacy/plainNames.ts';
import { isLabelName, stemOf, volumeFileKind } from '#imaging/volumeFile.ts';
import { walkFolder } from '#imaging/walkFolder.ts';

export interface PlannedScan {
  /** Absolute. */
  readonly source: string;
  /** Path of the results below the output folder, without what tells them apart. */
  readonly stem: string;
}

/** In names of results, so that a folder that holds some can be given again. */
const label = 'superres';
const ownName = /superres/i;

/**
 * Files as they are, of folders every scan below them; `out` itself is not looked into. `names` says what files are called
 * otherwise, by path; of others, names that may be a person's are left out of those of results unless `keepsNames`. No
 * two results have one name. Throws AppError 'not-found'.
 */
export async function planScans(
  { files, out }: Pick<SuperResolveRequest, 'files' | 'out'>,
  { names, keepsNames }: { readonly names: ReadonlyMap<string, string>; readonly keepsNames: boolean },
): Promise<readonly PlannedScan[]> {
  const planned: PlannedScan[] = [];
  for (const path of files) {
    const found = await stat(path).catch((cause: unknown) => {
      throw new AppError('not-found', `There is no file or folder ${path}.`, { cause });
    });
    const below = found.isDirectory() ? await filesBelow(path, out) : [basename(path)];
    for (const file of below) {
      const source = found.isDirectory() ? join(path, file) : path;
      const called = keepsNames ? file : storedName(file.split(sep).join('/'), planned.length + 1);
      planned.push({ source, stem: names.get(source) ?? join(dirname(called), stemOf(basename(called))) });
    }
  }
  if (planned.length > 0) return withOwnNames(planned);
  throw new AppError('bad-input', `There is no scan in ${files.join(', ')}.`);
}

/** Of two scans with one name, as of two patients' folders, the later gets a number. */
function withOwnNames(planned: readonly PlannedScan[]): readonly PlannedScan[] {
  const taken = new Set<string>();
  return planned.map(({ source, stem }) => {
    let own = stem;
    for (let number = 2; taken.has(own); number++) own = `${stem}_${String(number)}`;
    taken.add(own);
    return { source, stem: own };
  });
}

/** Relative to the folder. */
async function filesBelow(folder: string, out: string): Promise<readonly string[]> {
  const inside = relative(folder, out).split(sep).join('/');
  const { files } = await walkFolder(folder, (below) => below === inside);
  return files
    .filter((file) => ['scan', 'header'].includes(volumeFileKind(file)))
    .filter((file) => !isLabelName(stemOf(basename(file))) && !ownName.test(stemOf(basename(file))));
}

/**
 * The name of a result or map: in a BIDS name as its `desc` (added to one that is there), before the suffix; else at the
 * end. `what`: '' for the result itself.
 */
export function resultName(stem: string, what: '' | 'Uncertainty' | 'Consistency'): string {
  const folder = dirname(stem);
  const parts = basename(stem).split('_');
  const suffix = parts.at(-1) ?? '';
  const word = `${label}${what}`;
  if (!stem.includes('sub-') || suffix.includes('-')) return join(folder, `${basename(stem)}_${word}`);
  const entities = parts.slice(0, -1);
  const described = entities.findIndex((part) => part.startsWith('desc-'));
  const desc = described < 0 ? `desc-${word}` : `${entities[described] ?? ''}S${word.slice(1)}`;
  const kept = entities.filter((_, at) => at !== described);
  return join(folder, [...kept, desc, suffix].join('_'));
}
