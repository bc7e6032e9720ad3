/** Turns a series into a NIfTI image in memory with dcm2niix, and sees that it lies where the headers say. */
import { Worker } from 'node:worker_threads';
import { BadScan } from '../badScan.ts';
import { parseNifti } from '../niftiHeader.ts';
import type { ScanHeader } from '../scanHeader.ts';
import { placeSeries } from './placement.ts';
import type { Series } from './series.ts';

export interface ConversionTask {
  readonly paths: readonly string[];
}

export interface Conversion {
  /** Of the converter; 0 for success. */
  readonly code: number;
  /** `name`: what the converter appended to say which of several images it is. */
  readonly images: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
}

export interface ConvertedSeries {
  readonly header: ScanHeader;
  readonly bytes: Uint8Array;
}

const thread = new URL('./conversionThread.ts', import.meta.url);
/** A whole series of 20,000 images takes a minute; a damaged one may never end. */
const patienceMs = 30_000;
const patiencePerFileMs = 20;
/** Voxels of all frames: what the converter's memory holds with ease. */
const mostVoxels = 250_000_000;

const refused = (reason: string): BadScan =>
  new BadScan('damaged', `The series could not be converted (${reason}). Export it again from the scanner or archive.`);

async function runConverter(task: ConversionTask): Promise<Conversion> {
  // What the converter prints goes nowhere: it may hold what a header says.
  const worker = new Worker(thread, { workerData: task, stdout: true, stderr: true });
  const limit = patienceMs + patiencePerFileMs * task.paths.length;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Conversion>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(refused(`the converter was still at work after ${String(Math.round(limit / 1000))} s`));
      }, limit);
      worker.once('message', resolve);
      worker.once('error', () => {
        reject(refused('its files are damaged, or of a kind that the converter does not know'));
      });
      worker.once('exit', () => {
        reject(refused('the converter ended without a result'));
      });
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** The image that stands for the series: the one whose tilt was corrected, else the plain one. Throws BadScan. */
function chooseImage(images: Conversion['images']): Conversion['images'][number] {
  const plain = images.filter(({ name }) => !name.includes('_Eq'));
  const chosen = plain.find(({ name }) => name.includes('_Tilt')) ?? (plain.length === 1 ? plain[0] : undefined);
  const magnitude = plain.filter(({ name }) => !/_(ph|real|imaginary)/.test(name));
  const found = chosen ?? (magnitude.length === 1 ? magnitude[0] : undefined);
  if (found !== undefined) return found;
  if (images.length === 0) throw refused('no image came of it');
  throw new BadScan(
    'vectors',
    `The series holds ${String(plain.length)} different volumes (echoes, or images of several kinds). Export them as series of their own.`,
  );
}

/** Throws BadScan where the series cannot be converted or would lie elsewhere than its headers say. */
export async function convertSeries(series: Series): Promise<ConvertedSeries> {
  const voxels = series.files.reduce((sum, { rows, columns, frames }) => sum + rows * columns * frames, 0);
  if (voxels > mostVoxels) {
    throw new BadScan(
      'huge',
      `The series has ${String(Math.round(voxels / 1e6))} million voxels; up to ${String(mostVoxels / 1e6)} million are converted. Export fewer frames, or convert it with dcm2niix.`,
    );
  }
  const { images } = await runConverter({ paths: series.files.map(({ path }) => path) });
  const { bytes } = chooseImage(images);
  return { header: placeSeries(parseNifti(bytes, 'series.nii'), series), bytes };
}
