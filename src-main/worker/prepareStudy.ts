/**
 * The job that prepares the scans of a study: real and synthetic ones pass one chain, so that their files differ in
 * nothing but the brain they show, and the fairness guard looks for what still tells them apart.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { StudyCase } from '#contract/studies.ts';
import { BadScan } from '#imaging/badScan.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import { createRandom } from '#shared/random.ts';
import { testFairness, type CueFeatures } from '#shared/study/fairness.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { cuesOf } from '#imaging/studyCues.ts';
import { applyRemedies, sharedTraits, traitsOf, type SharedTraits } from '#imaging/studyRemedies.ts';

/** Intensities are stored in as many steps as scanners do. */
const levels = 4096;
const storage = { kind: 'int16', slope: 2 / (levels - 1), intercept: -1 } as const;
const description = 'Doppel reader study';

type Task = TaskOf<'study'>;

/** As import does, whatever the scan is: brain, percentiles, grid; placed around 0 mm. */
async function readCase(path: string, { grid, spacingMm }: Task): Promise<Volume> {
  try {
    const { volume } = resampleToGrid(await prepareScan(path), { grid, spacingMm });
    const half = (-spacingMm * (grid - 1)) / 2;
    return { ...volume, affine: gridAffine(spacingMm, [half, half, half]) };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    throw new AppError('bad-input', `${path} cannot be shown in a study: ${thrown.message}`, { cause: thrown });
  }
}

/** Values as the file holds them. */
function quantised({ data, ...place }: Volume): Volume {
  return { ...place, data: data.map((value) => Math.round((value + 1) / storage.slope) * storage.slope - 1) };
}

/** Visits the cases in an order that tells nothing, so that the times of the files do not either. */
async function forCases(
  task: Task,
  context: WorkerContext,
  { note, visit }: { note: string; visit: (volume: Volume, index: number) => Promise<void> },
): Promise<void> {
  const random = createRandom(randomBytes(6).readUIntBE(0, 6));
  const total = task.cases.length;
  for (const [done, index] of random.shuffle([...task.cases.keys()]).entries()) {
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) throw cancelledError();
    context.send({ type: 'progress', progress: { done, total, unit: 'volumes', secondsLeft: null, note } });
    await visit(await readCase(task.cases[index]?.path ?? '', task), index);
  }
}

async function measureAll(task: Task, context: WorkerContext): Promise<SharedTraits | null> {
  const { remedies } = task.request;
  if (remedies.length === 0) return null;
  const traits: ReturnType<typeof traitsOf>[] = [];
  await forCases(task, context, {
    note: 'Measuring the scans',
    visit: (volume) => {
      traits.push(traitsOf(volume));
      return Promise.resolve();
    },
  });
  return sharedTraits(traits, remedies);
}

/** Writes `out/<id>.nii` for each case, under random names, and reports them with the test of their fairness. */
export async function prepareStudy(task: Task, context: WorkerContext): Promise<void> {
  const { out, request } = task;
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const shared = await measureAll(task, context);
  const prepared = new Map<number, { readonly file: StudyCase; readonly features: CueFeatures['features'] }>();
  await forCases(task, context, {
    note: 'Preparing the scans',
    visit: async (read, index) => {
      const volume = quantised(shared === null ? read : applyRemedies(read, shared));
      const id = randomBytes(16).toString('hex');
      const path = join(out, `${id}.nii`);
      const { sha256, bytes } = await writeNifti(path, volume, { storage, description });
      prepared.set(index, { file: { id, sha256, bytes }, features: cuesOf(volume, await readFile(path)) });
    },
  });
  const inOrder = task.cases.flatMap(({ isSynthetic }, index) => {
    const one = prepared.get(index);
    return one === undefined ? [] : [{ ...one, isSynthetic }];
  });
  context.send({
    type: 'study',
    cases: inOrder.map(({ file }) => file),
    fairness: testFairness({ cases: inOrder, remedies: request.remedies, seed: request.seed }),
  });
}
