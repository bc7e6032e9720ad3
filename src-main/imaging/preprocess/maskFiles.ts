/** The user's own masks: which file of a folder belongs to which scan, by name. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { matchPairs } from '../pairNames.ts';
import { ownersOf, type Candidate } from '../scanFolder.ts';
import { isLabelName, stemOf, volumeFileKind } from '../volumeFile.ts';
import { walkFolder } from '../walkFolder.ts';

/**
 * Absolute paths of masks by the paths of their scans, matched by subject and session; where any file of the folder is
 * called a mask or a label map, only such files count. Throws AppError 'not-found' where there is no such folder.
 */
export async function matchMasks(folder: string, scans: readonly Candidate[]): Promise<ReadonlyMap<string, string>> {
  const { files } = await walkFolder(folder, () => false).catch((thrown: unknown) => {
    throw new AppError('not-found', `The folder of masks ${folder} cannot be read.`, { cause: thrown });
  });
  const images = files.filter((path) => volumeFileKind(path) === 'scan' || volumeFileKind(path) === 'header');
  const named = images.filter((path) => isLabelName(stemOf(path)));
  const masks = ownersOf(named.length > 0 ? named : images);
  const { lowOf } = matchPairs(scans, masks);
  return new Map([...lowOf].map(([scan, mask]) => [scan, join(folder, mask.path)]));
}
