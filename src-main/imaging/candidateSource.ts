/** How a candidate of a folder is read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { seriesSource } from './dicom/seriesSource.ts';
import { scanFolder, type Candidate } from './scanFolder.ts';
import { fileSource, type ReadingWishes, type ScanSource } from './scanSource.ts';

/** Reads a candidate of the folder `root` as wished. */
export function candidateSource(root: string, { path, series }: Candidate, wishes: ReadingWishes): ScanSource {
  return series === undefined ? fileSource(join(root, path), wishes.frame) : seriesSource(series, wishes);
}

/**
 * The candidates as they are given where all of `read`, paths of theirs, are files; else those alone, looked up again: a
 * series is known by its files. Throws AppError 'not-found' where one is not there any more.
 */
export async function findCandidates(
  root: string,
  given: readonly Candidate[],
  read: readonly string[],
): Promise<readonly Candidate[]> {
  if (read.every((path) => existsSync(join(root, path)))) return given;
  return (await scanFolder(root, { named: read })).candidates;
}
