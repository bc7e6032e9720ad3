/** How a candidate of a folder is read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { seriesSource } from './dicom/seriesSource.ts';
import { scanFolder, type Candidate } from './scanFolder.ts';
import { fileSource, type ReadingWishes, type ScanSource } from './scanSource.ts';

/** Reads a candidate of the folder `root` as wished. */
export function candidateSource(root: string, { path, series }: Candidate, wishes: ReadingWishes): ScanSource {
  return series === undefined ? fileSource(join(root, path), wishes.frame) : seriesSource(series, wishes);
}

/** The candidate of this path as a look through `root` named it. Throws AppError 'not-found'. */
export async function findCandidate(root: string, path: string, wishes: ReadingWishes): Promise<ScanSource> {
  if (existsSync(join(root, path))) return fileSource(join(root, path), wishes.frame);
  const { candidates } = await scanFolder(root, { named: [path] });
  const [candidate] = candidates;
  if (candidate === undefined) throw new AppError('not-found', `The folder ${root} holds no scan ${path} any more.`);
  return candidateSource(root, candidate, wishes);
}
