/** Is a checkpoint on disk the one that was registered? */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hashFile } from '../hash.ts';
import { descriptionName, weightsName } from '../projects/layout.ts';

/** What the backend reads of `checkpoint.json`; the worker keeps more there. */
const description = z.looseObject({
  id: z.string(),
  jobId: z.string(),
  iteration: z.int().nonnegative(),
  sha256: z.string(), // of the weights
  milestone: z.boolean(),
  createdAt: z.string(),
});
export type CheckpointDescription = z.infer<typeof description>;

/** The description in a checkpoint folder, or null where there is none to read. */
export async function readDescription(folder: string): Promise<CheckpointDescription | null> {
  try {
    const parsed = description.safeParse(JSON.parse(await readFile(join(folder, descriptionName), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // Missing or not JSON: either way not a complete checkpoint.
  }
}

/** What is wrong with the checkpoint in `folder`, in words; null when its weights have the hash `sha256`. */
export async function findCheckpointFault(folder: string, sha256: string): Promise<string | null> {
  if (!existsSync(folder)) return 'missing';
  if ((await readDescription(folder)) === null) return `its ${descriptionName} is missing or cannot be read`;
  if (!existsSync(join(folder, weightsName))) return `its ${weightsName} is missing`;
  return (await hashFile(join(folder, weightsName))) === sha256
    ? null
    : `its ${weightsName} has changed since it was written`;
}
