/**
 * The key of the mark that a network's scans carry. It comes from the weights: the same training gives the same scans, mark
 * included, wherever it runs, and who has no weights has no key. The hash that sidecars tell does not give it away.
 */
import { createHmac } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { weightsName } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';

/** The end of the file is enough to tell networks apart, and read at once. */
const mostBytes = 1 << 20;

function openWeights(checkpointDir: string): number {
  try {
    return openSync(join(checkpointDir, weightsName), 'r');
  } catch {
    throw new AppError('checkpoint-damaged', `The weights of the checkpoint cannot be read (${weightsName}): take another checkpoint.`); // prettier-ignore
  }
}

/**
 * In hexadecimal; the project keeps it, so that scans are known again when the checkpoint is gone.
 * Throws AppError('checkpoint-damaged').
 */
export function markKeyOf(store: Store, checkpointDir: string): string {
  const file = openWeights(checkpointDir);
  try {
    const { size } = fstatSync(file);
    const end = new Uint8Array(Math.min(size, mostBytes));
    readSync(file, end, 0, end.length, size - end.length);
    const key = createHmac('sha256', end)
      .update(`doppel-mark-key ${String(size)}`)
      .digest('hex');
    store.provenance.insertMarkKey(key);
    return key;
  } finally {
    closeSync(file);
  }
}
