import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openNpy, writeNpy } from '#worker/npy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doppel-npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** An array as NumPy writes it. */
async function write(header: string, values: Uint8Array, version = 1): Promise<string> {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  const path = join(folder, 'array.npy');
  await writeFile(path, Buffer.concat([Buffer.from('\u0093NUMPY', 'latin1'), Buffer.from([version, 0]), length, text, values])); // prettier-ignore
  return path;
}

const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
const doubles = new Uint8Array(Float64Array.of(0.5, -0.5).buffer);

it.each([1, 2, 3])('reads version %i, a row at a time', async (version) => {
  const file = await openNpy(
    await write("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", floats, version),
  );
  expect(file.shape).toEqual([2, 3]);
  expect(await file.readRow(1)).toEqual(Float32Array.of(4, 5, 6));
  expect(await file.readRow(0)).toEqual(Float32Array.of(1, 2, 3));
  await file.close();
});

it('reads 64-bit floats as 32-bit ones', async () => {
  const file = await openNpy(await write("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", doubles));
  expect(await file.readRow(1)).toEqual(Float32Array.of(-0.5));
  await file.close();
});

it.each([
  ["{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", 'it is in Fortran order'],
  ["{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", 'numbers of type >f4'],
  ["{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }", 'numbers of type <i8'],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", 'not the bytes of an array of [2, 4]'],
  ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", 'does not describe an array of numbers'],
  ['nothing', 'does not describe an array of numbers'],
])('refuses %s', async (header, words) => {
  await expect(openNpy(await write(header, floats))).rejects.toThrow(words);
});

it('refuses what is no array', async () => {
  const path = join(folder, 'text.npy');
  await writeFile(path, 'twelve bytes and more');
  await expect(openNpy(path)).rejects.toThrow('does not begin as a NumPy array does');
  await expect(openNpy(join(folder, 'not-there.npy'))).rejects.toThrow('There is no file');
});

async function* pieces(): AsyncGenerator<Float32Array> {
  yield await Promise.resolve(Float32Array.of(1, 2));
  yield Float32Array.of(3, 4);
}

it('writes what it reads, its numbers at a multiple of 64 bytes', async () => {
  const path = join(folder, 'written.npy');
  await writeNpy(path, [2, 2], pieces());
  expect((await readFile(path)).length % 64).toBe(16);
  const file = await openNpy(path);
  expect(file.shape).toEqual([2, 2]);
  expect(await file.readRow(1)).toEqual(Float32Array.of(3, 4));
  await file.close();
});

async function* failing(): AsyncGenerator<Float32Array> {
  yield* pieces();
  throw new Error('out of paper');
}

it('leaves nothing behind when it cannot finish', async () => {
  const before = await readdir(folder);
  await expect(writeNpy(join(folder, 'unfinished.npy'), [3, 2], failing())).rejects.toThrow('out of paper');
  expect(await readdir(folder)).toEqual(before);
});
