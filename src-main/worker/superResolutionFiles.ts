/** Which scans a super-resolution is about, and what its results are called. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { SuperResolveRequest } from '#contract/jobs.ts';
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
 * otherwise, by path. No two results have one name. Throws AppError 'not-found'.
 */
export async function planScans(
  { files, out }: Pick<SuperResolveRequest, 'files' | 'out'>,
  names: ReadonlyMap<string, string>,
): Promise<readonly PlannedScan[]> {
  const planned: PlannedScan[] = [];
  for (const path of files) {
    const found = await stat(path).catch((cause: unknown) => {
      throw new AppError('not-found', `There is no file or folder ${path}.`, { cause });
    });
    if (!found.isDirectory()) planned.push({ source: path, stem: names.get(path) ?? stemOf(basename(path)) });
    else planned.push(...(await scansBelow(path, out)));
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

async function scansBelow(folder: string, out: string): Promise<PlannedScan[]> {
  const inside = relative(folder, out).split(sep).join('/');
  const { files } = await walkFolder(folder, (below) => below === inside);
  return files
    .filter((file) => ['scan', 'header'].includes(volumeFileKind(file)))
    .map((file) => ({ file, stem: stemOf(basename(file)) }))
    .filter(({ stem }) => !isLabelName(stem) && !ownName.test(stem))
    .map(({ file, stem }) => ({ source: join(folder, file), stem: join(dirname(file), stem) }));
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
