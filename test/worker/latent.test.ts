/** Codes, fits, walks and a session on small networks, in this process. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { latentEncoding, latentFit as fitSchema, type LatentPath } from '#contract/latent.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createRandomFeatures } from '#models/features/randomFeatures.ts';
import { invertScan } from '#models/inference/invert.ts';
import { findModel } from '#models/registry.ts';
import { createRandom } from '#shared/random.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { testEngine } from '#test/models/engine.ts';
import { smallConfigs } from '#test/models/smallConfigs.ts';
import { writeCheckpoint } from '#worker/checkpoint.ts';
import { latentEncode } from '#worker/latentEncode.ts';
import { latentFit } from '#worker/latentFit.ts';
import { latentSession } from '#worker/latentSession.ts';
import { latentWalk } from '#worker/latentWalk.ts';

const grid = 16;
const versions = { doppel: '0', node: '0', engine: '0' };
const affine = gridAffine(2, [-15, -15, -15]);
const names = Array.from({ length: 10 }, (_, at) => `sub-${String(at).padStart(2, '0')}`);

let folder: string;
beforeAll(async () => {
  await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'doppel-latent-'));
  await mkdir(join(folder, 'checkpoints'));
  // Balls on noise, larger from one scan to the next.
  for (const [index, name] of names.entries()) {
    const random = createRandom(index);
    const data = Float32Array.from({ length: grid ** 3 }, (_, at) => {
      const [x, y, z] = [at % grid, Math.floor(at / grid) % grid, Math.floor(at / grid ** 2)];
      const isInside = Math.hypot(x - 7.5, y - 7.5, z - 7.5) < 3 + index / 4;
      return isInside ? 0.5 + 0.1 * random.uniform() : -1;
    });
    const options = { storage: { kind: 'float32' }, description: '' } as const;
    await writeNifti(join(folder, `${name}.nii`), { size: [grid, grid, grid], affine, data }, options);
  }
});
afterAll(() => rm(folder, { recursive: true }));

interface Heard {
  readonly messages: WorkerMessage[];
  readonly context: { send(message: WorkerMessage): void; isCancelled(): boolean };
}

function listen(isCancelled = () => false): Heard {
  const messages: WorkerMessage[] = [];
  return { messages, context: { send: (message) => void messages.push(message), isCancelled } };
}

async function checkpointOf(modelId: string): Promise<{ checkpointDir: string; checkpointSha256: string }> {
  const entry = findModel(modelId);
  if (entry.kind !== 'generator') throw new Error(`${modelId} makes no scans.`);
  const config = entry.configSchema.parse(smallConfigs[modelId]) as Record<string, unknown>;
  const model = entry.create({ config, grid, seed: 5 });
  const place = { checkpointsDir: join(folder, 'checkpoints'), jobId: 'j', modelId, grid, config, seed: 5 };
  const state = { datasetFingerprint: 'f', trainedOn: null, iteration: 2, elapsedSeconds: 1, dataPosition: 0, milestone: false, versions }; // prettier-ignore
  const { id, sha256 } = await writeCheckpoint(model, { ...place, ...state });
  model.dispose();
  return { checkpointDir: join(folder, 'checkpoints', id), checkpointSha256: sha256 };
}

type EncodeTask = TaskOf<'latent-encode'>;

async function encodeTask(modelId: string, steps: number): Promise<EncodeTask> {
  const jobDir = join(folder, `encode-${modelId}-${String(steps)}`);
  await mkdir(jobDir, { recursive: true });
  return {
    kind: 'latent-encode',
    request: { kind: 'latent-encode', checkpointId: 'c', datasetId: 'd', steps, seed: 1 },
    jobDir,
    ...(await checkpointOf(modelId)),
    dataset: { name: 'balls', spacingMm: 2 },
    volumes: names.map((name, at) => ({
      id: `v-${name}`,
      subject: name,
      session: null,
      split: at < 7 ? 'train' : 'heldout',
      path: join(folder, `${name}.nii`),
      attributes: { size: 3 + at / 4 },
    })),
  };
}

const jsonIn = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('an autoencoder', () => {
  let task: EncodeTask;
  let fitDir: string;
  beforeAll(async () => {
    task = await encodeTask('autoencoder', 1);
    fitDir = join(folder, 'fit');
    await mkdir(fitDir);
  });
  const asked = (path: LatentPath, out: string): TaskOf<'latent-walk'> => ({
    kind: 'latent-walk',
    request: { kind: 'latent-walk', path, count: 3, out: join(folder, out), seed: 0 },
    checkpointDir: task.checkpointDir,
    checkpointSha256: task.checkpointSha256,
    encodingDir: task.jobDir,
    fitDir: path.kind === 'direction' ? fitDir : null,
    space: { affine, intensity: { low: 100, high: 900, background: 0 }, suffix: 'T1w' },
    markKey: '0123456789abcdef',
    versions,
  });

  it('encodes every scan, says how well it is made again, and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    const { messages, context } = listen();
    await latentEncode(task, context);
    expect(tf.memory().numTensors).toBe(before);
    const encoding = latentEncoding.parse(jsonIn(join(task.jobDir, 'encoding.json')));
    expect(encoding).toMatchObject({ way: 'encoder', steps: null, latent: 8, grid, dataset: 'balls' });
    expect(encoding.scans.map(({ volume }) => volume)).toEqual(names.map((name) => `v-${name}`));
    expect(encoding.scans.every(({ rmse }) => rmse > 0 && rmse < 2)).toBe(true);
    const csv = readFileSync(join(task.jobDir, 'codes.csv'), 'utf8').trim().split('\n');
    expect(csv.length).toBe(11);
    expect(csv[0]).toMatch(/^volume,subject,session,split,z0,/);
    expect(messages.filter(({ type }) => type === 'artifact').length).toBe(3);
  });

  it('a column is fitted, and the direction is that of the column', async () => {
    const { context } = listen();
    const attributes = Object.fromEntries(task.volumes.map(({ id, attributes: of }) => [id, of]));
    const request = {
      kind: 'latent-fit',
      encoding: 'e',
      column: 'size',
      positive: null,
      permutations: 19,
      seed: 1,
    } as const;
    await latentFit({ kind: 'latent-fit', request, jobDir: fitDir, encodingDir: task.jobDir, attributes }, context);
    const fit = fitSchema.parse(jsonIn(join(fitDir, 'fit.json')));
    expect(fit).toMatchObject({ column: 'size', kinds: null, scans: 10, subjects: 10, leftOut: 0 });
    expect(fit.fitted.map(({ value }) => value)).toEqual(names.map((_, at) => 3 + at / 4));
    expect(fit.fitted[9]?.score).toBeGreaterThan(fit.fitted[0]?.score ?? Infinity);
  });

  it('a walk is a series of scans in the space and intensities of its start, with a film', async () => {
    const before = tf.memory().numTensors;
    const { messages, context } = listen();
    const path = { kind: 'direction', fit: 'f', volume: 'v-sub-03', low: -2, high: 2 } as const;
    await latentWalk(asked(path, 'walk'), context);
    expect(tf.memory().numTensors).toBe(before);
    const steps = (
      jsonIn(join(folder, 'walk', 'walk.json')) as { steps: { file: string; sd: number; score: number }[] }
    ).steps;
    expect(steps.map(({ sd }) => sd)).toEqual([-2, 0, 2]);
    expect(steps[2]?.score).toBeGreaterThan(steps[0]?.score ?? Infinity);
    const file = join(folder, 'walk', steps[1]?.file ?? '');
    const { volume } = await readVolume(file);
    expect(volume.affine).toEqual(affine);
    expect(Math.min(...volume.data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...volume.data)).toBeLessThanOrEqual(901);
    const sidecar = jsonIn(file.replace('.nii.gz', '.json')) as Record<string, unknown>;
    expect(sidecar).toMatchObject({ Synthetic: true, StandardDeviations: 0 });
    expect(JSON.stringify(sidecar)).not.toContain('"sub-03"');
    expect(
      readFileSync(join(folder, 'walk', 'walk.gif'))
        .subarray(0, 6)
        .toString('latin1'),
    ).toBe('GIF89a');
    expect(messages.flatMap((message) => (message.type === 'artifact' ? [message.kind] : []))).toEqual([
      'walk-volume', 'walk-volume', 'walk-volume', 'sidecar', 'film',
    ]); // prettier-ignore
    // Again over itself, with nothing left of a longer one, but not into a folder with other files.
    writeFileSync(join(folder, 'walk', 'step-004_desc-synthetic_T1w.nii.gz'), 'of a longer walk');
    await latentWalk(asked(path, 'walk'), context);
    expect(readdirSync(join(folder, 'walk'))).toHaveLength(8);
    await expect(latentWalk(asked(path, join('walk', 'walk.gif')), context)).rejects.toMatchObject({ code: 'already-exists' }); // prettier-ignore
    await expect(latentWalk(asked(path, '.'), context)).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('an interpolation begins and ends with what becomes of the two scans', async () => {
    const path = { kind: 'interpolation', encoding: 'e', from: 'v-sub-00', to: 'v-sub-09' } as const;
    await latentWalk(asked(path, 'between'), listen().context);
    const other = { kind: 'direction', fit: 'f', volume: 'v-sub-09', low: 0, high: 1 } as const;
    await latentWalk(asked(other, 'end'), listen().context);
    const read = async (of: string, step: number): Promise<number[]> => [
      ...(await readVolume(join(folder, of, `step-00${String(step)}_desc-synthetic_T1w.nii.gz`))).volume.data,
    ];
    expect(await read('between', 3)).toEqual(await read('end', 1));
  });

  it('a session shows places in turn, the difference from the start, and ends when told', async () => {
    const before = tf.memory().numTensors;
    const out = join(folder, 'session');
    await mkdir(out);
    const at = (number: number, sd: number) => ({ type: 'latent-ask', number, at: { kind: 'direction', fit: 'f', volume: 'v-sub-03', sd }, fitDir }) as const; // prettier-ignore
    const questions = [at(1, 0), at(2, 3)];
    const { messages, context } = listen();
    const ended = latentSession(
      { kind: 'latent-session', checkpointDir: task.checkpointDir, checkpointSha256: task.checkpointSha256, encodingDir: task.jobDir, affines: { 'v-sub-03': affine }, out },
      { ...context, nextQuestion: () => Promise.resolve(questions.shift() ?? null) },
    ); // prettier-ignore
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    expect(tf.memory().numTensors).toBe(before);
    const shown = messages.flatMap((message) => (message.type === 'latent-shown' ? [message] : []));
    expect(messages[0]).toMatchObject({ type: 'latent-opened', latent: 8 });
    expect(shown.map(({ number }) => number)).toEqual([1, 2]);
    expect(shown[0]?.mostDifference).toBe(0);
    expect(shown[1]?.mostDifference).toBeGreaterThan(0);
    expect(shown[1]?.isBeyond).toBe(true);
    const [first, second] = [await readVolume(shown[0]?.volume ?? ''), await readVolume(shown[1]?.volume ?? '')];
    const { volume: difference } = await readVolume(shown[1]?.difference ?? '');
    expect(first.volume.affine).toEqual(affine);
    difference.data.forEach((value, index) => {
      expect(value).toBeCloseTo((second.volume.data[index] ?? 0) - (first.volume.data[index] ?? 0), 5);
    });
  });
});

describe('a generator without an encoder', () => {
  it('has codes by optimisation, the same for the same seed', async () => {
    const codesAfter = async (): Promise<string> => {
      const task = await encodeTask('dc-gan', 3);
      await latentEncode({ ...task, volumes: task.volumes.slice(0, 1) }, listen().context);
      const encoding = latentEncoding.parse(jsonIn(join(task.jobDir, 'encoding.json')));
      expect(encoding).toMatchObject({ way: 'optimisation', steps: 3 });
      return readFileSync(join(task.jobDir, 'codes.csv'), 'utf8');
    };
    expect(await codesAfter()).toBe(await codesAfter());
  });

  it('comes nearer to a scan step by step, and keeps no tensor', async () => {
    const features = createRandomFeatures();
    const [length, voxels] = [8, grid ** 3];
    const basis = tf.tensor2d(createRandom(4).normals(length * voxels), [length, voxels]);
    const generate = (code: tf.Tensor2D): tf.Tensor5D =>
      tf.reshape(tf.tanh(tf.mul(tf.matMul(code, basis), 0.3)), [1, grid, grid, grid, 1]);
    const truth = createRandom(7).normals(length);
    const scan = tf.tidy(() => generate(tf.tensor2d(truth, [1, length])));
    const errorAfter = async (steps: number): Promise<number> => {
      const known = { generate, length, scan, features, random: createRandom(1), onStep: () => Promise.resolve() };
      const code = await invertScan({ ...known, steps });
      return Math.hypot(...code.map((value, at) => value - (truth[at] ?? 0)));
    };
    const before = tf.memory().numTensors;
    const [few, many] = [await errorAfter(1), await errorAfter(60)];
    expect(many).toBeLessThan(few / 4);
    expect(tf.memory().numTensors).toBe(before);
    features.dispose();
    tf.dispose([basis, scan]);
  });

  it('stops between steps when it is cancelled, and leaves nothing', async () => {
    const task = await encodeTask('dc-gan', 500);
    let looks = 0;
    const { context } = listen(() => (looks += 1) > 3);
    await expect(latentEncode(task, context)).rejects.toThrow(AppError);
    expect(existsSync(join(task.jobDir, 'encoding.json'))).toBe(false);
    expect(readdirSync(task.jobDir)).toEqual([]);
  });
});
