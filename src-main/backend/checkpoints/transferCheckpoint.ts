/**
 * Checkpoints that come from another lab or go there: a folder with the weights and their description, taken in only when
 * it is whole, of a model that is known here, and new to the project.
 */
import { cp, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { CheckpointRecord } from '#contract/records.ts';
import { srTraining } from '#contract/superResolution.ts';
import { now } from '../identifiers.ts';
import { newJob } from '../jobs/newJob.ts';
import { loadRegistry } from '../models/loadRegistry.ts';
import { checkpointDir, checkpointsDir, descriptionName, unfinishedPrefix, weightsName } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { Store } from '../store/store.ts';
import { findCheckpointFault } from './verifyCheckpoint.ts';

/** What is needed of a description; the name of its folder is made of `id`. */
const description = z.looseObject({
  format: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9]{1,40}$/),
  modelId: z.string(),
  grid: z.int().positive(),
  config: z.record(z.string(), z.unknown()),
  seed: z.int().nonnegative(),
  datasetFingerprint: z.string(),
  iteration: z.int().nonnegative(),
  sha256: z.string(),
  trainedOn: srTraining,
});
type Description = z.infer<typeof description>;

const damaged = (folder: string, fault: string): AppError =>
  new AppError('checkpoint-damaged', `${basename(folder)} cannot be used as a checkpoint: ${fault}. Ask for it again.`);

async function readForeign(folder: string): Promise<Description> {
  const path = join(folder, descriptionName);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'not-found',
      `${folder} is no checkpoint: it has no ${descriptionName}. Give the folder that holds it and ${weightsName}.`,
      { cause },
    );
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(folder, `its ${descriptionName} is not JSON`);
  }
  const parsed = description.safeParse(value);
  if (parsed.success) return parsed.data;
  await requireSuperResolution(String((value as { modelId?: unknown } | null)?.modelId));
  const [issue] = parsed.error.issues;
  throw damaged(folder, `its ${descriptionName} lacks a usable "${issue?.path.join('.') ?? ''}"`);
}

/** Synthetic scans get intensities and spacing from the dataset of their training, which is not here. */
async function requireSuperResolution(modelId: string): Promise<void> {
  const { registry } = await loadRegistry();
  const entry = registry.find(({ id }) => id === modelId);
  if (entry === undefined) {
    const known = registry.filter(({ kind }) => kind === 'super-resolution').map(({ id }) => id);
    throw new AppError(
      'checkpoint-mismatch',
      `The checkpoint is of model "${modelId}", which this version of Doppel does not have (${known.join(', ')}).`,
    );
  }
  if (entry.kind === 'super-resolution') return;
  throw new AppError(
    'checkpoint-mismatch',
    `The checkpoint is of ${modelId}, which makes new scans in the space of its own dataset. Only checkpoints of super-resolution models can be imported.`,
  );
}

async function requireKnownConfig({ modelId, config }: Description, folder: string): Promise<void> {
  const { registry } = await loadRegistry();
  const entry = registry.find(({ id }) => id === modelId);
  if (entry?.configSchema.safeParse(config).success === true) return;
  throw damaged(folder, 'its configuration is none that this version of Doppel knows');
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Copies the two files of a checkpoint, checks the copy, and gives it its place: complete or not at all. */
async function copyCheckpoint(from: string, to: { parent: string; name: string }, sha256: string): Promise<void> {
  const unfinished = join(to.parent, `${unfinishedPrefix}${to.name}`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    for (const name of [weightsName, descriptionName]) {
      await cp(join(from, name), join(unfinished, name), { dereference: true }).catch((thrown: unknown) => {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(from, `its ${name} is missing`);
        throw thrown;
      });
      await sync(join(unfinished, name));
    }
    const fault = await findCheckpointFault(unfinished, sha256);
    if (fault !== null) throw damaged(from, fault);
    await rename(unfinished, join(to.parent, to.name));
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true });
    throw thrown;
  }
}

const idOrHashOf = (store: Store, { id, sha256 }: Description): CheckpointRecord | undefined =>
  store.checkpoints.list().find((record) => record.id === id || record.sha256 === sha256);

/** Throws AppError: 'not-found', 'checkpoint-damaged', 'checkpoint-mismatch', 'already-exists'. */
export async function importCheckpoint(project: OwnedProject, folder: string): Promise<CheckpointRecord> {
  const found = await readUsable(folder);
  const same = idOrHashOf(project.store, found);
  if (same === undefined) return takeIn(project, folder, found);
  throw new AppError('already-exists', `The project has this checkpoint already: ${same.id}. Nothing was imported.`);
}

/**
 * The checkpoint in a folder as one of the project: taken in where it is new, else the project's own, if what lies in the
 * folder is whole and the same. Throws as `importCheckpoint`.
 */
export async function useForeignCheckpoint(project: OwnedProject, folder: string): Promise<CheckpointRecord> {
  const found = await readUsable(folder);
  const same = idOrHashOf(project.store, found);
  if (same === undefined) return takeIn(project, folder, found);
  const fault = await findCheckpointFault(folder, found.sha256);
  if (fault !== null) throw damaged(folder, fault);
  if (same.sha256 === found.sha256) return same;
  throw new AppError(
    'already-exists',
    `The project has another checkpoint of the name ${same.id}. Use that in ${folder} with another project.`,
  );
}

async function readUsable(folder: string): Promise<Description> {
  const found = await readForeign(folder);
  await requireSuperResolution(found.modelId);
  await requireKnownConfig(found, folder);
  return found;
}

async function takeIn({ store, dir }: OwnedProject, folder: string, found: Description): Promise<CheckpointRecord> {
  await copyCheckpoint(folder, { parent: checkpointsDir(dir), name: found.id }, found.sha256);
  const { size } = await stat(join(checkpointsDir(dir), found.id, weightsName));
  const { modelId, grid, seed, iteration } = found;
  const job = newJob({ kind: 'checkpoint-import', modelId, grid, seed }, found.datasetFingerprint);
  const record: CheckpointRecord = {
    id: found.id,
    jobId: job.id,
    iteration,
    path: `checkpoints/${found.id}`,
    sha256: found.sha256,
    bytes: size,
    milestone: true,
    createdAt: now(),
  };
  store.transaction(() => {
    store.jobs.insert({
      ...job,
      state: 'succeeded',
      iteration,
      checkpoint: found.id,
      startedAt: now(),
      finishedAt: now(),
    });
    store.checkpoints.insert(record);
  });
  return record;
}

/** To a new folder. Throws AppError: 'not-found', 'checkpoint-damaged', 'already-exists'. */
export async function exportCheckpoint(
  { store, dir }: Pick<OwnedProject, 'store' | 'dir'>,
  id: string,
  folder: string,
): Promise<CheckpointRecord> {
  const record = store.checkpoints.get(id);
  const isTaken = await stat(folder).then(
    () => true,
    () => false,
  );
  if (isTaken) throw new AppError('already-exists', `${folder} is there already. Choose another folder.`);
  const name = basename(folder);
  await copyCheckpoint(checkpointDir(dir, record), { parent: join(folder, '..'), name }, record.sha256);
  return record;
}
