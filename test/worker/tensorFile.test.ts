import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import { createRandom } from '#shared/random.ts';
import { parseStatePickle, tensorsOf } from '#worker/statePickle.ts';
import { openTensorFile } from '#worker/tensorFile.ts';

const fixtures = join(import.meta.dirname, '../fixtures/weights'); // made by make_state_dicts.py
const fixture = (name: string): string => join(fixtures, name);

type Tensors = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;

async function readAll(path: string): Promise<Tensors> {
  const file = await openTensorFile(path);
  try {
    const tensors: Record<string, Tensors[string]> = {};
    for (const name of file.names) tensors[name] = { shape: file.shapeOf(name), values: [...(await file.read(name))] };
    return tensors;
  } finally {
    await file.close();
  }
}

const table: Tensors = {
  whole: { shape: [2, 3], values: [0, 1, 2, 3, 4, 5] },
  turned: { shape: [3, 2], values: [0, 3, 1, 4, 2, 5] },
  part: { shape: [4], values: [3, 4, 5, 6] },
  other_part: { shape: [3], values: [1, 5, 9] },
  expanded: { shape: [3], values: [1, 1, 1] },
  half: { shape: [2], values: [1.5, -2] },
  brain: { shape: [2], values: [1.5, -3.25] },
  double: { shape: [1], values: [Math.fround(0.1)] },
  count: { shape: [], values: [7] },
  flags: { shape: [2], values: [1, 0] },
  empty: { shape: [0, 4], values: [] },
  parameter: { shape: [2], values: [2, 3] },
  tied: { shape: [2], values: [0.5, -0.5] },
  tied_again: { shape: [2], values: [0.5, -0.5] },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doppel-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a state dict of PyTorch', () => {
  it('gives its tensors as they were, whatever their strides, storages and numbers', async () => {
    expect(await readAll(fixture('table.pth'))).toEqual(table);
  });

  it('is found in its wrapping, without the prefix of DataParallel and without the optimiser', async () => {
    expect(await readAll(fixture('wrapped.pth'))).toEqual(table);
  });

  it('gives tables in tables as dotted names', async () => {
    expect(Object.keys(await readAll(fixture('networks.pth')))).toEqual(['generator.a', 'encoder.b']);
  });
});

describe('a file that is refused', () => {
  it.each([
    ['calls-system.pth', 'bad-input', "asks for 'posix.system'"],
    ['calls-eval.pth', 'bad-input', "asks for '__builtin__.eval'"],
    ['whole-module.pth', 'bad-input', "asks for 'torch.nn.modules.linear.Linear'"],
    ['before-1.6.pth', 'bad-input', 'before version 1.6'],
    ['no-tensors.pth', 'bad-input', 'no named tensors'],
    ['in-itself.pth', 'bad-input', 'no named tensors'],
    ['absurd-shape.pth', 'checkpoint-damaged', "'a' claims an impossible shape, [1099511627776, 1099511627776]"],
    ['beyond-storage.pth', 'checkpoint-damaged', "'a' reaches beyond its storage"],
    ['backwards.pth', 'checkpoint-damaged', 'goes backwards'],
    ['zip-bomb.pth', 'checkpoint-damaged', 'is packed, which PyTorch never does'],
    ['make_state_dicts.py', 'checkpoint-damaged', 'does not begin with a header'],
    ['not-there.pth', 'not-found', 'no file of weights'],
    ['.', 'not-found', 'is a folder'],
  ])('%s: %s', async (name, code, words) => {
    const thrown: unknown = await readAll(fixture(name)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown).toMatchObject({ code, message: expect.stringContaining(words) as string });
    for (const place of ['.', fixtures]) expect(existsSync(join(place, 'doppel-ran-a-pickle'))).toBe(false);
  });

  it('does no more than fail in words, however it is damaged', async () => {
    const random = createRandom(11);
    const originals = await Promise.all(['table.pth', 'wrapped.pth'].map((name) => readFile(fixture(name))));
    const path = join(folder, 'damaged.pth');
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      await writeFile(
        path,
        damage(originals[round % originals.length] as Buffer, () => random.uniform()),
      );
      const thrown: unknown = await readAll(path).catch((error: unknown) => error);
      if (!(thrown instanceof Error)) continue;
      expect(thrown, `round ${String(round)}: ${String(thrown.stack)}`).toBeInstanceOf(AppError);
      refused++;
    }
    expect(refused).toBeGreaterThan(150);
  });

  it('does no more than fail in words, however its list of tensors is written', async () => {
    const random = createRandom(12);
    const list = await readFile(fixture('table.pkl'));
    let refused = 0;
    for (let round = 0; round < 1000; round++) {
      let thrown: unknown = null;
      try {
        tensorsOf(parseStatePickle(damage(list, () => random.uniform())));
      } catch (error) {
        thrown = error;
      }
      if (!(thrown instanceof Error)) continue;
      expect(thrown, `round ${String(round)}: ${String(thrown.stack)}`).toBeInstanceOf(AppError);
      refused++;
    }
    expect(refused).toBeGreaterThan(500);
  });
});

/** Bytes changed, cut off, left out, or put twice. */
function damage(original: Buffer, uniform: () => number): Buffer {
  const below = (count: number): number => Math.floor(uniform() * count);
  const bytes = Buffer.from(original);
  switch (below(4)) {
    case 0:
      return bytes.subarray(0, below(bytes.length));
    case 1: {
      const at = below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(40))]);
    }
    case 2: {
      const at = below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at + below(40)), bytes.subarray(at)]);
    }
    default: {
      for (let change = below(8); change >= 0; change--) bytes[below(bytes.length)] = below(256);
      return bytes;
    }
  }
}

describe('a safetensors file', () => {
  const write = async (header: object, values: Uint8Array): Promise<string> => {
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const path = join(folder, 'file.safetensors');
    await writeFile(path, Buffer.concat([length, text, values]));
    return path;
  };

  it('gives numbers of every type', async () => {
    const half = new Uint8Array(Uint16Array.of(0x3e00, 0xc000).buffer); // 1.5, −2
    const brain = new Uint8Array(Uint16Array.of(0x3fc0, 0xc050).buffer); // 1.5, −3.25
    const double = new Uint8Array(Float64Array.of(0.1).buffer);
    const header = {
      half: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
      brain: { dtype: 'BF16', shape: [2], data_offsets: [4, 8] },
      double: { dtype: 'F64', shape: [1], data_offsets: [8, 16] },
    };
    const path = await write(header, Buffer.concat([half, brain, double]));
    expect(await readAll(path)).toEqual({ half: table['half'], brain: table['brain'], double: table['double'] });
  });

  it('has plain names, whichever way PyTorch stored them', async () => {
    const one = (at: number): object => ({ dtype: 'F32', shape: [1], data_offsets: [4 * at, 4 * at + 4] });
    const names = ['a.parametrizations.weight.original', 'a.parametrizations.weight.0._u', 'a.parametrizations.weight.0._v', 'b.weight', 'b.u']; // prettier-ignore
    const header = Object.fromEntries(names.map((name, at) => [`module.${name}`, one(at)]));
    const path = await write(header, new Uint8Array(Float32Array.of(0, 1, 2, 3, 4).buffer));
    const values = Object.entries(await readAll(path)).map(([name, tensor]) => [name, tensor.values[0]]);
    expect(Object.fromEntries(values)).toEqual({
      'a.weight_orig': 0,
      'a.weight_u': 1,
      'a.weight_v': 2,
      'b.weight': 3,
      'b.u0': 4,
    });
  });

  it.each([
    [{ a: { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] } }, 'an impossible shape'],
    [{ a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 'an impossible shape'],
    [{ a: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 'does not fit into the file'],
    [{ a: { dtype: 'F8_E4M3', shape: [4], data_offsets: [0, 4] } }, "of type 'F8_E4M3'"],
    [{ a: 7 }, "does not describe tensor 'a'"],
    [[], 'is not JSON'],
  ])('is refused where its header says %j', async (header, words) => {
    await expect(readAll(await write(header, new Uint8Array(4)))).rejects.toThrow(words);
  });
});
