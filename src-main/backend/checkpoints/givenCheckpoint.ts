/** The super-resolution checkpoint that a request names: by its id, by where a colleague's lies, or the newest. */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { CheckpointRecord } from '#contract/records.ts';
import { descriptionName, weightsName } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { chooseCheckpoint } from './chooseCheckpoint.ts';
import { useForeignCheckpoint } from './transferCheckpoint.ts';

/** A folder, or one of the two files in it. Throws AppError: 'not-found', 'usage'. */
async function folderOf(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('not-found', `There is no checkpoint at ${path}.`, { cause });
  });
  if (found.isDirectory()) return path;
  if ([descriptionName, weightsName].includes(basename(path))) return dirname(path);
  throw new AppError(
    'usage',
    `${path} is no checkpoint: that is a folder with ${weightsName} and ${descriptionName}, as doppel checkpoint export makes it.`,
  );
}

/** One that lies elsewhere is taken into the project, so that its results can always be traced. */
export async function givenCheckpoint(project: OwnedProject, given: string | null): Promise<CheckpointRecord> {
  if (given === null || !isAbsolute(given)) return chooseCheckpoint(project.store, given, 'super-resolution');
  return useForeignCheckpoint(project, await folderOf(given));
}
