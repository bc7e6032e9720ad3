/** Trainings that are watched, in this process: one that collapses goes back to its good checkpoint, one that does not is left as it is. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import type { AffineMatrix } from '#contract/records.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createRandom } from '#shared/random.ts';
import { listCheckpoints, type CheckpointDescription } from '#worker/checkpoint.ts';
import { openTensorFile } from '#worker/tensorFile.ts';
import { train } from '#worker/train.ts';

const grid = 16;
let folder: string;
let volumes: TaskOf<'train'>['volumes'];

beforeAll(async () => {
  // Sums have one order, so that two runs can be compared bit by bit.
  Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' });
  folder = await mkdtemp(join(tmpdir(), 'doppel-collapse-'));
  volumes = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const path = join(folder, `${String(index)}.nii`);
      const affine = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 1 : 0)));
      const data = createRandom(index).normals(grid ** 3).map((value) => Math.tanh(value)); // prettier-ignore
      const volume = { size: [grid, grid, grid] as const, affine: [...affine, [0, 0, 0, 1]] as AffineMatrix, data };
      await writeNifti(path, volume, { storage: { kind: 'float32' }, description: '' });
      const split = index < 4 ? ('train' as const) : ('heldout' as const);
      return { id: String(index), subject: String(index), path, lowPath: null, split, attributes: {} };
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

interface Ran {
  readonly messages: readonly WorkerMessage[];
  readonly checkpoints: readonly CheckpointDescription[];
  readonly end: unknown;
  weightOf(id: string, name: string): Promise<Float32Array>;
}

async function run(name: string, request: Partial<TaskOf<'train'>['request']>, resumeFrom: string | null = null): Promise<Ran> {
  const projectDir = join(folder, name);
  const checkpointsDir = join(projectDir, 'checkpoints');
  await mkdir(checkpointsDir, { recursive: true });
  const messages: WorkerMessage[] = [];
  const task: TaskOf<'train'> = {
    kind: 'train',
    request: {
      kind: 'train', datasetId: 'd', modelId: 'vae', preset: 'published', config: { width: 4, latent: 4, batch: 2 },
      until: { iterations: 5 }, seed: 5, previewEvery: 1000, checkpointEvery: 2, ...request,
    },
    projectDir,
    jobDir: join(projectDir, 'job'),
    jobId: 'job',
    grid,
    datasetFingerprint: 'f',
    volumes,
    resumeFrom: resumeFrom === null ? null : join(checkpointsDir, resumeFrom),
    versions: { doppel: '0', node: '0', engine: '0' },
  }; // prettier-ignore
  const end: unknown = await train(task, {
    send: (message) => void messages.push(message),
    isCancelled: () => false,
  }).catch((error: unknown) => error);
  return {
    messages,
    checkpoints: await listCheckpoints(checkpointsDir, 'job'),
    end,
    async weightOf(id, tensor) {
      const file = await openTensorFile(join(checkpointsDir, id, 'weights.safetensors'));
      const values = await file.read(tensor);
      await file.close();
      return values;
    },
  };
} // prettier-ignore

/** Steps so long that weights overflow within a few; half as long, they do not. */
const absurd = { width: 64, latent: 4, batch: 2, rate: 0.1 };

test('a run that loses its numbers goes back to its good checkpoint at half the rate, and resumes from there as it went on', async () => {
  const request = { config: absurd, watchEvery: 3, onCollapse: 'roll-back' } as const;
  const ran = await run('back', request);
  expect(ran.end).toBeUndefined();
  const told = ran.messages.flatMap((message) => (message.type === 'health' ? [message.notice] : []));
  const [lost, back] = told.filter(({ measure }) => measure === 'losses');
  expect(lost).toMatchObject({
    state: 'alarm',
    text: expect.stringMatching(/became (NaN|Infinity|infinite or not a number) at iteration/) as string,
  });
  expect(back).toMatchObject({
    state: 'good',
    text: expect.stringMatching(/Went back .* of iteration 0, .* 0\.5 times the learning rate/) as string,
  });
  expect(ran.messages.find(({ type }) => type === 'rolled-back')).toEqual({ type: 'rolled-back', iteration: 0 });
  expect(ran.checkpoints.at(-1)).toMatchObject({
    iteration: 5,
    health: ran.checkpoints[0]?.health?.rollBacks === 1 ? { rollBacks: 1, rateScale: 0.5 } : {},
  });
  const written = ran.messages.flatMap((message) => (message.type === 'checkpoint' ? [message] : []));
  const gone = written.flatMap(({ removed }) => removed);
  expect(new Set([...gone, ...ran.checkpoints.map(({ id }) => id)])).toEqual(new Set(written.map(({ id }) => id)));

  const [restored, last] = [ran.checkpoints[0], ran.checkpoints.at(-1)] as [
    CheckpointDescription,
    CheckpointDescription,
  ];
  const untouched = await run('untouched', { config: absurd, until: { iterations: 1 } });
  const weights = 'encoder/weights/mean';
  expect(await ran.weightOf(restored.id, weights)).toEqual(
    await untouched.weightOf(untouched.checkpoints[0]?.id ?? '', weights),
  );
  const expected = await ran.weightOf(last.id, weights);
  const resumed = await run('back', request, restored.id);
  expect(await resumed.weightOf(resumed.checkpoints.at(-1)?.id ?? '', weights)).toEqual(expected);
}, 120_000);

test('without that it ends, and says from where to train anew', async () => {
  const { end } = await run('ends', { config: absurd });
  expect(end).toMatchObject({
    code: 'non-finite-loss',
    message: expect.stringMatching(
      /The last good checkpoint is c[0-9a-f]+ of iteration 0\. Train anew from it \(doppel train --from c/,
    ) as string,
  });
}, 60_000);

test('a run that is watched is the run that is not', async () => {
  const config = { width: 4, latent: 4, batch: 2 };
  const [watched, alone] = [
    await run('watched', { config, until: { iterations: 2 }, watchEvery: 1 }),
    await run('alone', { config, until: { iterations: 2 } }),
  ];
  const [a, b] = await Promise.all(
    [watched, alone].map((ran) => ran.weightOf(ran.checkpoints.at(-1)?.id ?? '', 'generator/weights/out')),
  );
  expect(a).toEqual(b);
  const names = ({ messages }: Ran): string[] =>
    messages.flatMap((message) =>
      message.type === 'metrics' ? message.rows.flatMap(({ values }) => Object.keys(values)) : [],
    );
  expect(names(watched)).toContain('health.gradients.generator');
  expect(names(watched)).toContain('health.diversity');
  expect(names(alone).filter((name) => name.startsWith('health.'))).toEqual([]);
}, 60_000);
