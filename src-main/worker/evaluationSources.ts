/** Which scans an evaluation measures, and whether the network has seen them. */
import { basename } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import { matchPairs } from '#imaging/pairNames.ts';
import { ownersOf } from '#imaging/scanFolder.ts';
import { storedName } from '#shared/privacy/plainNames.ts';
import type { TruthSource } from './evaluationTruth.ts';

export interface EvaluationSources {
  readonly scans: readonly TruthSource[];
  readonly inputs: 'made' | 'real';
  /** Whose scans these are, in words. */
  readonly split: string;
  readonly warnings: readonly string[];
}

type Task = Pick<TaskOf<'evaluate'>, 'request' | 'volumes'>;

function heldOutScans({ volumes }: Task): EvaluationSources {
  const scans = volumes
    .filter(({ split, removed }) => split === 'heldout' && !removed)
    .map(({ subject, path, sha256, labelPath, lowPath }): TruthSource => ({ source: subject, path, sha256, split: 'heldout', labelPath, lowPath })); // prettier-ignore
  if (scans.length === 0) {
    throw new AppError(
      'usage',
      'The dataset that the network was trained on has no held-out scans to measure it on. Name high-resolution scans (--high), or import with a share held out.',
    );
  }
  const inputs = scans.every(({ lowPath }) => lowPath !== null) ? 'real' : 'made';
  return { scans, inputs, split: 'Held-out scans of its dataset: not trained on, by subject.', warnings: [] };
}

/** For each high-resolution scan its real input; none where none was named. Throws AppError 'usage' for what has no pair. */
function realInputs({ high, low = [] }: Task['request']): ReadonlyMap<string, string> {
  if (low.length === 0) return new Map();
  const found = matchPairs(ownersOf(high), ownersOf(low));
  const left = [...found.high, ...found.low];
  if (left.length === 0) return new Map([...found.lowOf].map(([path, { path: lowPath }]) => [path, lowPath]));
  const words = left.map(({ path, reason }) => `${basename(path)}: ${reason}`).join(' ');
  throw new AppError(
    'usage',
    `Scans of high and low resolution are matched by subject and session, or by the beginning of their names. ${words}`,
  );
}

/** `position`: among the scans asked for, from 1. A report does not say what a file is called, which may be a patient's name. */
async function namedScan(
  path: string,
  { lowPath, position }: { readonly lowPath: string | null; readonly position: number },
  { volumes }: Task,
): Promise<TruthSource> {
  const sha256 = await sha256OfFile(path).catch((cause: unknown) => {
    throw new AppError('not-found', `There is no scan ${path} that can be read.`, { cause });
  });
  const known = volumes.find((volume) => volume.sourceSha256 === sha256 || volume.sha256 === sha256);
  // The label map lies on the dataset's grid: it fits the stored volume, not the file that it was made from.
  const labelPath = known?.sha256 === sha256 ? known.labelPath : null;
  const source = known?.sha256 === sha256 ? known.subject : storedName(basename(path), position);
  return { source, path, sha256, split: known?.split ?? 'unseen', labelPath, lowPath };
}

/**
 * The files asked for, or the held-out scans of the dataset. Throws AppError: 'usage' for scans that the network was
 * trained on, known by the hash of their file, unless the request includes them; 'not-found'.
 */
export async function chooseSources(task: Task): Promise<EvaluationSources> {
  const { high, includeTraining } = task.request;
  if (high.length === 0) {
    if (task.request.low === undefined || task.request.low.length === 0) return heldOutScans(task);
    throw new AppError(
      'usage',
      'Scans of low resolution (--low) need the true ones beside them: name those with --high.',
    );
  }
  const lowOf = realInputs(task.request);
  const inputs = lowOf.size > 0 ? 'real' : 'made';
  const scans: TruthSource[] = [];
  for (const [at, path] of high.entries())
    scans.push(await namedScan(path, { lowPath: lowOf.get(path) ?? null, position: at + 1 }, task));
  const seen = scans.filter(({ split }) => split === 'train');
  if (task.volumes.length === 0) {
    const split = 'Named scans. The network was trained elsewhere: whether it has seen them is not known here.';
    return { scans, inputs, split, warnings: [] };
  }
  if (seen.length === 0) {
    const split = 'Named scans; by their hashes none is a training scan of its dataset.';
    return { scans, inputs, split, warnings: [] };
  }
  if (!includeTraining) {
    const names = seen.map(({ path }) => basename(path)).join(', ');
    throw new AppError(
      'usage',
      `The network was trained on ${names}: measured there, it looks better than it is. Leave ${seen.length === 1 ? 'it' : 'them'} out, or measure all the same with --include-training; the report will say so.`,
    );
  }
  return {
    scans,
    inputs,
    split: `Named scans, ${String(seen.length)} of ${String(scans.length)} from its own training set.`,
    warnings: [
      `The network was trained on ${seen.map(({ source }) => source).join(', ')}. What is measured there says nothing about other scans, and makes every median and test look better than it is.`,
    ],
  };
}
