/** Training and synthesis as a user has them: the command line, real processes, real files. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '#backend/createBackend.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { createRandom } from '#shared/random.ts';
import { openTensorFile } from '#worker/tensorFile.ts';

/** Small sizes of each kind of model. */
const models = {
  'alpha-wgan': ['width=16', 'latent=16', 'codeUnits=64', 'batch=2'],
  // Phases of 7 scans: 16³ fades in from iteration 11 to 14, about where the run is killed.
  'progressive-gan': ['maps=8', 'batch4=2', 'batch8=2', 'batch16=2', 'kimg=0.007'],
  srgan: ['features=8', 'blocks=1', 'patch=16', 'batch=2', 'adversarial=0.001', 'noise=0.02'],
} as const;
/** Iterations of a run that is never stopped; the other is killed about half-way. */
const goal = 24;
/** One thread: sums have one order, so that two runs can be compared bit by bit. */
const oneThread = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
const mainFile = fileURLToPath(new URL('../../src-main/cli/main.ts', import.meta.url));

interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [mainFile, ...args],
      { env: { ...process.env, ...env } },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

describe('training and synthesis', () => {
  let folder: string;
  let project: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doppel-train-'));
    project = join(folder, 'Study.doppel');
    await writeBlobs(join(folder, 'scans'), 6);
    expect((await runCli(['project', 'create', project])).code).toBe(0);
    const imported = await runCli([
      'dataset',
      'import',
      join(folder, 'scans'),
      '--project',
      project,
      '--name',
      'blobs',
      '--grid',
      '16',
      '--json',
    ]);
    expect(imported.code).toBe(0);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const trainArguments = (model: keyof typeof models, iterations: number): string[] => [
    'train',
    '--project',
    project,
    '--dataset',
    'blobs',
    '--model',
    model,
    ...models[model].flatMap((setting) => ['--set', setting]),
    '--iterations',
    String(iterations),
    '--checkpoint-every',
    '5',
    '--preview-every',
    '10',
    '--seed',
    '5',
    '--json',
  ];

  async function lossesOf(job: string): Promise<Record<string, readonly (number | null)[]>> {
    const backend = createBackend({ onEvent: () => undefined });
    const reply = await backend.dispatch('job.metrics', { project, job });
    await backend.close();
    if (!reply.ok) throw new Error(reply.error.message);
    return Object.fromEntries(
      Object.entries(reply.value.values).map(([name, values]) => [name, values.slice(0, goal)]),
    );
  }

  it('begins with the networks of a checkpoint, where it is told to', async () => {
    const checkpointOf = async (...extra: readonly string[]): Promise<string> => {
      const trained = await runCli([...trainArguments('alpha-wgan', 1), ...extra]);
      expect(trained.code, trained.stderr).toBe(0);
      return (JSON.parse(trained.stdout) as { job: { checkpoint: string } }).job.checkpoint;
    };
    const filterOf = async (id: string): Promise<Float32Array> => {
      const file = await openTensorFile(join(project, 'checkpoints', id, 'weights.safetensors'));
      const values = await file.read('encoder/weights/down1');
      await file.close();
      return values;
    };
    const first = await checkpointOf();
    const still = ['--set', 'rate=1e-12', '--seed', '6'];
    const [start, continued, other] = await Promise.all([
      filterOf(first),
      filterOf(await checkpointOf(...still, '--from', first)),
      filterOf(await checkpointOf(...still)),
    ]);
    const distance = (values: Float32Array): number => Math.max(...values.map((value, at) => Math.abs(value - (start[at] ?? NaN)))); // prettier-ignore
    expect(distance(continued)).toBeLessThan(1e-6);
    expect(distance(other)).toBeGreaterThan(0.01);
    const wider = await runCli([...trainArguments('alpha-wgan', 1), '--set', 'width=32', '--from', first]);
    expect(wider.stdout).toContain('checkpoint-mismatch');
  }, 300_000); // prettier-ignore

  it.each(['progressive-gan', 'alpha-wgan', 'srgan'] as const)(
    'killed and resumed, a run of %s equals one that was never stopped, bit by bit',
    async (model) => {
      const straight = await runCli(trainArguments(model, goal), oneThread);
      expect(straight.code).toBe(0);
      const { job } = JSON.parse(straight.stdout) as { job: { id: string; state: string; iteration: number } };
      expect(job).toMatchObject({ state: 'succeeded', iteration: goal });

      const killed = spawn(process.execPath, [mainFile, ...trainArguments(model, 100_000)], {
        env: { ...process.env, ...oneThread },
        detached: true,
        stdio: 'ignore',
      });
      const killedJob = await waitForIteration(project, goal / 2);
      process.kill(-(killed.pid as number), 'SIGKILL'); // the command line and its worker at once
      await once(killed, 'exit');

      const resumed = await runCli(
        ['job', 'resume', killedJob, '--project', project, '--iterations', String(goal), '--json'],
        oneThread,
      );
      expect(resumed.code, resumed.stderr).toBe(0);
      const [expected, actual] = [await lossesOf(job.id), await lossesOf(killedJob)];
      expect(Object.keys(actual).length).toBeGreaterThan(3);
      expect(actual).toEqual(expected);
    },
  );

  it('synthesises NIfTI that says what it is, where it is, and is the same for the same seed', async () => {
    const synthesize = (out: string, ...more: string[]): Promise<CliResult> =>
      runCli([
        'synthesize',
        '--project',
        project,
        '--count',
        '2',
        '--seed',
        '3',
        '--out',
        join(folder, out),
        ...more,
        '--json',
      ]);
    const first = await synthesize('a');
    expect(first.code, first.stderr).toBe(0);
    await synthesize('b');
    await synthesize('c', '--truncation', '0.5');
    const { volumes } = JSON.parse(first.stdout) as { volumes: { path: string; seed: number }[] };
    expect(volumes.map(({ seed }) => seed)).toEqual([3, 4]);
    const [a, b, c] = ['a', 'b', 'c'].map((out) =>
      volumes.map(({ path }) => path.replace(join(folder, 'a'), join(folder, out))),
    );
    const hashes = (paths: readonly string[] = []): Promise<string[]> => Promise.all(paths.map(sha256OfFile));
    expect(await hashes(b)).toEqual(await hashes(a));
    expect(await hashes(c)).not.toEqual(await hashes(a));

    const path = volumes[0]?.path ?? '';
    expect(path).toMatch(/sub-synth0001\/anat\/sub-synth0001_desc-synthetic_T1w\.nii\.gz$/);
    const { volume, native } = await readVolume(path);
    expect(volume.size).toEqual([16, 16, 16]);
    expect(native.datatype).toBe('int16');
    const spacing = volume.affine[0][0];
    expect(volume.affine).toEqual([
      [spacing, 0, 0, expect.closeTo(-7.5 * spacing, 4)],
      [0, spacing, 0, expect.closeTo(-7.5 * spacing, 4)],
      [0, 0, spacing, expect.closeTo(-7.5 * spacing, 4)],
      [0, 0, 0, 1],
    ]);
    const sidecar = JSON.parse(await readFile(path.replace('.nii.gz', '.json'), 'utf8')) as Record<string, unknown>;
    expect(sidecar).toMatchObject({ Synthetic: true, Model: 'alpha-wgan', Seed: 3, Truncation: 1 });
    expect(sidecar['ModelHash']).toMatch(/^[0-9a-f]{64}$/);
    expect((sidecar['Mark'] as { Psnr: number }).Psnr).toBeGreaterThan(49.9);
    expect((await readdir(join(folder, 'a'))).toSorted()).toEqual([
      'contact-sheet.png',
      'dataset_description.json',
      'participants.tsv',
      'sub-synth0001',
      'sub-synth0002',
    ]);

    const again = await synthesize('a'); // the very same scans: nothing mixes
    expect(again.code, again.stderr).toBe(0);
    const mixed = await synthesize('a', '--truncation', '0.5');
    expect(mixed).toMatchObject({ code: 1, stderr: expect.stringContaining('Choose a new folder') as string });
    expect(await hashes(a)).toEqual(await hashes(b));
  });
});

/** Balls of different size in an asymmetric box, with texture. */
async function writeBlobs(scans: string, count: number): Promise<void> {
  await mkdir(scans);
  for (let index = 0; index < count; index++) {
    const random = createRandom(index);
    const side = 24;
    const radius = 6 + 3 * random.uniform();
    const data = new Float32Array(side ** 3);
    for (let voxel = 0; voxel < data.length; voxel++) {
      const [x, y, z] = [voxel % side, Math.floor(voxel / side) % side, Math.floor(voxel / side ** 2)] as [
        number,
        number,
        number,
      ];
      const inside = Math.hypot(x - 12, 0.8 * (y - 12), z - 11) < radius;
      data[voxel] = inside ? 500 + 20 * x + 50 * random.uniform() : 0;
    }
    const affine = [
      [4, 0, 0, -48],
      [0, 4, 0, -48],
      [0, 0, 4, -44],
      [0, 0, 0, 1],
    ] as [
      [number, number, number, number],
      [number, number, number, number],
      [number, number, number, number],
      [number, number, number, number],
    ];
    await writeNifti(
      join(scans, `p${String(index)}.nii.gz`),
      { size: [side, side, side], affine, data },
      { storage: { kind: 'float32' }, description: 'blob' },
    );
  }
}

/** Looks from outside, as a second process would, until a training job that runs has come so far; its id. */
async function waitForIteration(project: string, iteration: number): Promise<string> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    const { stdout } = await runCli(['job', 'list', '--project', project, '--json']);
    const { jobs } = JSON.parse(stdout) as { jobs: { id: string; state: string; iteration: number }[] };
    const running = jobs.find(({ state, iteration: done }) => state === 'running' && done >= iteration);
    if (running !== undefined) return running.id;
  }
  throw new Error(`The second run did not reach iteration ${String(iteration)}.`);
}
