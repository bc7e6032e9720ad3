/**
 * Weights through the command line and back: published generators give the volumes that PyTorch gives. Golden values:
 * test/fixtures/weights/make_alpha_wgan.py, PyTorch 2.8, from the specification.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { alphaWgan } from '#models/alphaWgan.ts';
import { openNpy } from '#worker/npy.ts';
import { restoreCheckpoint } from '#worker/checkpoint.ts';
import { openTensorFile } from '#worker/tensorFile.ts';
import { temporaryFolder } from '../backend/temporaryFolder.ts';
import { testEngine } from '../models/engine.ts';
import { runCli } from './runCli.ts';

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/weights', name);
const small = ['--set', 'latent=8', '--set', 'width=16', '--set', 'codeUnits=16'];
const timeout = 300_000;
const tolerance = 1e-4;

let folder: string;
const project = (): string => join(folder, 'lab.doppel');
const doppel = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const result = await runCli(folder, ...args, '--project', project(), '--json');
  expect(result.code, result.stderr).toBe(0);
  return result.json();
};
const importFile = async (name: string, ...rest: readonly string[]): Promise<string> => {
  const { checkpoint } = await doppel('checkpoint', 'import', name, '--model', 'alpha-wgan', ...small, ...rest);
  return (checkpoint as { id: string }).id;
};

async function readNpy(path: string): Promise<{ shape: readonly number[]; values: readonly number[] }> {
  const file = await openNpy(path);
  const rows: number[][] = [];
  for (let row = 0; row < (file.shape[0] ?? 0); row++) rows.push([...(await file.readRow(row))]);
  await file.close();
  return { shape: file.shape, values: rows.flat() };
}

/** Every `step`-th voxel from the second, of volumes of side³. */
function everyNth(values: readonly number[], side: number, step: number): number[] {
  const places = Array.from({ length: Math.ceil((side - 1) / step) }, (_, index) => 1 + step * index);
  const sampled: number[] = [];
  for (let volume = 0; volume < values.length / side ** 3; volume++)
    for (const d of places)
      for (const h of places)
        for (const w of places) sampled.push(values[((volume * side + d) * side + h) * side + w] ?? NaN);
  return sampled;
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);

beforeEach(async () => {
  folder = temporaryFolder();
  const created = await runCli(folder, 'project', 'create', project());
  expect(created.code, created.stderr).toBe(0);
});

describe.each(['kwon', 'sigmarat1', 'sigmarat2'])('the published generator of α-WGAN, %s', (variant) => {
  it(
    'gives PyTorch’s volumes for the same codes, and goes back to a file without a change',
    async () => {
      const checkpoint = await importFile(fixture(`alpha-wgan-${variant}.pth`), '--preset', variant);
      const raw = join(folder, `${variant}.npy`);
      await doppel('synthesize', '--checkpoint', checkpoint, '--latents', fixture('codes.npy'), '--raw', raw);
      const made = await readNpy(raw);
      const golden = await readNpy(fixture(`alpha-wgan-${variant}-volumes.npy`));
      expect(made.shape).toEqual([2, 64, 64, 64, 1]);
      expect(golden.values.some((value) => Math.abs(value) > 0.1)).toBe(true);
      expect(largest(everyNth(made.values, 64, 5), golden.values)).toBeLessThan(tolerance);

      const exported = join(folder, `${variant}.safetensors`);
      await doppel('checkpoint', 'export', checkpoint, exported);
      const [before, after] = await Promise.all([openTensorFile(fixture(`alpha-wgan-${variant}.pth`)), openTensorFile(exported)]); // prettier-ignore
      expect(after.names.toSorted()).toEqual(before.names.toSorted());
      for (const name of before.names.filter((each) => !each.endsWith('num_batches_tracked'))) {
        expect(after.shapeOf(name)).toEqual(before.shapeOf(name));
        expect(await after.read(name), name).toEqual(await before.read(name));
      }
      await Promise.all([before.close(), after.close()]);
    },
    timeout,
  );
});

describe('the published generator of HA-GAN at 128³', () => {
  const settings = ['--model', 'ha-gan', '--set', 'width=16', '--set', 'latent=16'];
  const file = fixture('ha-gan-128.pth'); // wrapped, with the prefix of DataParallel, its weights views of small storages

  it(
    'gives PyTorch’s volumes for the same codes',
    async () => {
      const unclear = await runCli(folder, 'checkpoint', 'import', file, ...settings, '--project', project());
      expect(unclear.stderr).toContain('grids of 128, 256 voxels alike. Say which with --grid');
      const { checkpoint } = await doppel('checkpoint', 'import', file, ...settings, '--grid', '128');
      const raw = join(folder, 'ha-gan.npy');
      const { id } = checkpoint as { id: string };
      await doppel('synthesize', '--checkpoint', id, '--latents', fixture('ha-gan-codes.npy'), '--raw', raw);
      const made = await readNpy(raw);
      const golden = await readNpy(fixture('ha-gan-volumes.npy'));
      expect(made.shape).toEqual([2, 128, 128, 128, 1]);
      expect(golden.values.some((value) => Math.abs(value) > 0.1)).toBe(true);
      expect(largest(everyNth(made.values, 128, 11), golden.values)).toBeLessThan(tolerance);
    },
    timeout,
  );
});

describe('a file with several networks', () => {
  it(
    'fills each of them: the encoder finds the codes that PyTorch’s finds',
    async () => {
      const id = await importFile(fixture('alpha-wgan-kwon-all.pth'), '--preset', 'kwon');
      const tf = await testEngine();
      const config = alphaWgan.configSchema.parse({ variant: 'kwon', latent: 8, width: 16, codeUnits: 16 });
      const model = alphaWgan.create({ config, grid: 64, seed: 0 });
      const { imported } = await restoreCheckpoint(model, join(project(), 'checkpoints', id), 'networks');
      expect(imported?.networks).toEqual(['generator', 'encoder', 'discriminator', 'code']);
      const codes = await readNpy(fixture('codes.npy'));
      const found = tf.tidy(() => model.encode?.(model.generateFrom?.(tf.tensor2d(codes.values as number[], [2, 8])) as never)); // prettier-ignore
      const golden = await readNpy(fixture('alpha-wgan-kwon-found.npy'));
      expect(largest([...((await found?.data()) ?? [])], golden.values)).toBeLessThan(tolerance * 10); // codes are of the size of 10
      found?.dispose();
      model.dispose();

      const exported = join(folder, 'all.safetensors');
      await doppel('checkpoint', 'export', id, exported, '--network', 'all');
      const again = await importFile(exported, '--preset', 'kwon');
      const [one, other] = await Promise.all([id, again].map((each) => readFile(join(project(), 'checkpoints', each, 'weights.safetensors')))); // prettier-ignore
      expect(other).toEqual(one);
    },
    timeout,
  );
});

describe('imported weights', () => {
  it(
    'make scans whose sidecar says what was assumed',
    async () => {
      const checkpoint = await importFile(fixture('alpha-wgan-sigmarat2.pth'));
      const out = join(folder, 'scans');
      await doppel('synthesize', '--checkpoint', checkpoint, '--count', '1', '--out', out);
      const anat = join(out, 'sub-synth0001', 'anat');
      const [sidecar] = (await readdir(anat)).filter((name) => name.endsWith('.json'));
      const text = await readFile(join(anat, sidecar ?? ''), 'utf8');
      expect(JSON.parse(text)).toMatchObject({
        TrainingSet: 'unknown: the weights were imported',
        Resolution: '1 mm isotropic',
        SpatialReference: expect.stringContaining('Assumed') as string,
        IntensityScale: expect.stringContaining('0 and 1') as string,
      });
    },
    timeout,
  );

  it.each([
    [['calls-system.pth', '--model', 'alpha-wgan'], 'bad-input', "asks for 'posix.system'"],
    [['alpha-wgan-kwon.pth', '--model', 'alpha-wgan', ...small], 'checkpoint-mismatch', "'bn1.weight' is not known"],
    [['alpha-wgan-kwon.pth', '--model', 'alpha-wgan', '--preset', 'kwon'], 'checkpoint-mismatch', 'needed is [1000, 512, 4, 4, 4]'], // prettier-ignore
    [['alpha-wgan-kwon.pth', '--model', 'alpha-wgan', '--preset', 'kwon', ...small, '--network', 'encoder'], 'checkpoint-mismatch', 'conv1.weight is missing'], // prettier-ignore
    [['alpha-wgan-kwon.pth', '--model', 'srgan'], 'checkpoint-mismatch', 'makes scans finer'],
    [['alpha-wgan-kwon.pth'], 'usage', 'Give --model'],
    [['ha-gan-128.pth', '--model', 'ha-gan', '--set', 'condition=sex'], 'usage', 'Name them in its order with --classes'],
    [['alpha-wgan-kwon.pth', '--model', 'alpha-wgan', '--classes', 'f,m'], 'usage', 'cannot be conditional'],
  ])('%j are refused', async ([name = '', ...rest], code, words) => {
    const result = await runCli(folder, 'checkpoint', 'import', fixture(name), ...rest, '--project', project(), '--json'); // prettier-ignore
    expect(result.json()['error']).toMatchObject({ code, message: expect.stringContaining(words) as string });
    for (const place of [folder, '.']) expect(existsSync(join(place, 'doppel-ran-a-pickle'))).toBe(false);
  }, timeout); // prettier-ignore
});
