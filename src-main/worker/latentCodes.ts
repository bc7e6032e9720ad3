/** Codes and directions as files of jobs, and the network that decodes them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  latentEncoding,
  latentFit,
  type EncodedScan,
  type LatentEncoding,
  type LatentPlace,
} from '#contract/latent.ts';
import { AppError } from '#contract/errors.ts';
import type { GeneratorModel } from '#models/model.ts';
import { between, meanCode, moveAlong, type Direction } from '#shared/statistics/codeDirection.ts';
import { openNpy, writeNpy } from './npy.ts';

export const encodingName = 'encoding.json';
export const codesName = 'codes.npy';
export const fitName = 'fit.json';
export const directionName = 'direction.npy';

/** Writes rows of equal length, complete or not at all. */
export function writeRows(path: string, rows: readonly Float32Array[]): Promise<void> {
  async function* each(): AsyncGenerator<Float32Array> {
    for (const row of rows) yield await Promise.resolve(row);
  }
  return writeNpy(path, [rows.length, rows[0]?.length ?? 0], each());
}

async function readRows(path: string): Promise<Float32Array[]> {
  const file = await openNpy(path);
  try {
    const rows: Float32Array[] = [];
    for (let index = 0; index < (file.shape[0] ?? 0); index++) rows.push(await file.readRow(index));
    return rows;
  } finally {
    await file.close();
  }
}

export interface Codes {
  readonly encoding: LatentEncoding;
  /** One a scan of the encoding. */
  readonly rows: readonly Float32Array[];
}

/** What a job that encodes has left in its folder. */
export async function readCodes(encodingDir: string): Promise<Codes> {
  const encoding = latentEncoding.parse(JSON.parse(await readFile(join(encodingDir, encodingName), 'utf8')));
  const rows = await readRows(join(encodingDir, codesName));
  if (rows.length === encoding.scans.length) return { encoding, rows };
  throw new AppError('bad-input', `The codes of ${encoding.dataset} are ${String(rows.length)}, its scans ${String(encoding.scans.length)}. Encode it again.`); // prettier-ignore
}

export function writeDirection(path: string, { step, weights, middle }: Direction): Promise<void> {
  return writeRows(path, [step, weights, middle]);
}

/** What a job that fits has left in its folder. */
export interface ColumnDirection extends Direction {
  readonly column: string;
  /** Least and greatest score of a scan. */
  readonly low: number;
  readonly high: number;
}

export async function readDirection(fitDir: string): Promise<ColumnDirection> {
  const { column, line } = latentFit.parse(JSON.parse(await readFile(join(fitDir, fitName), 'utf8')));
  const [step, weights, middle] = await readRows(join(fitDir, directionName));
  if (step === undefined || weights === undefined || middle === undefined)
    throw new AppError('bad-input', 'The direction of the fit cannot be read. Fit the column again.');
  return { column, step, weights, middle, ...line };
}

/** A code with the class that its scan is made of, for a conditional network. */
export interface LabelledCode {
  readonly code: Float32Array;
  readonly label: EncodedScan['label'];
}

/** The code of a scan; the mean of all for null. Throws `not-found`. */
function codeOf({ encoding, rows }: Codes, volume: string | null): LabelledCode {
  if (volume === null) return { code: meanCode(rows), label: null };
  const at = encoding.scans.findIndex((scan) => scan.volume === volume);
  const [code, scan] = [rows[at], encoding.scans[at]];
  if (code === undefined || scan === undefined) throw new AppError('not-found', `The scan "${volume}" has no code.`);
  return { code, label: scan.label };
}

/** Where a place starts from, and the place itself. */
export function codesAt(
  codes: Codes,
  at: LatentPlace,
  direction: Direction | null,
): { readonly start: LabelledCode; readonly here: LabelledCode } {
  if (at.kind === 'interpolation') {
    const start = codeOf(codes, at.from);
    return { start, here: { ...start, code: between(start.code, codeOf(codes, at.to).code, at.share) } };
  }
  if (direction === null) throw new Error('A place along a direction needs the direction.');
  const start = codeOf(codes, at.volume);
  return { start, here: { ...start, code: moveAlong(start.code, direction, at.sd) } };
}

/** What the network makes of a code: voxels in [-1, 1], x fastest. Keeps no tensors. */
export async function decode(model: GeneratorModel, { code, label }: LabelledCode): Promise<Float32Array> {
  const volume = tf.tidy(() => decodeTensor(model, tf.tensor2d(code, [1, code.length]), label));
  try {
    return Float32Array.from(await volume.data());
  } finally {
    volume.dispose();
  }
}

/** A code [1, latent] → [1, d, h, w, 1]. Throws AppError('checkpoint-mismatch') for a model without codes. */
export function decodeTensor(model: GeneratorModel, code: tf.Tensor2D, label: EncodedScan['label']): tf.Tensor5D {
  const volume = model.generateFrom?.(code, label === null ? undefined : [label]);
  if (volume !== undefined) return volume;
  throw new AppError('checkpoint-mismatch', 'This model does not make its scans from one code each: there is no latent space to explore.'); // prettier-ignore
}
