/** Files that are on the disk when a function returns, so that nothing confirmed is lost to a crash or a power cut. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { newId } from '../identifiers.ts';

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

/** Windows has no such call. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** All of it appears at once, in place of what was there. */
export function writeDurably(path: string, text: string): void {
  const temporary = join(dirname(path), `.${newId(basename(path))}.part`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeAll(file, Buffer.from(text));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
  syncFolder(dirname(path));
}

/** Adds to a file that is there. */
export function appendDurably(path: string, text: string): void {
  const file = openSync(path, 'a');
  try {
    writeAll(file, Buffer.from(text));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
