/** From a file to what the viewer shows: read, turned towards RAS, measured. Runs in the reading worker. */
import { AppError } from '#contract/errors.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import { autoWindow, histogramOf } from './intensity.ts';
import { labelMapOf, type LabelMap } from './labels.ts';
import type { FileSource, ScanVoxels } from './reading.ts';
import { readNifti } from './readNifti.ts';

const histogramBins = 128;

async function bytesOf(source: FileSource): Promise<ArrayBuffer> {
  if ('file' in source) return source.file.arrayBuffer();
  const response = await fetch(source.url);
  if (response.ok) return response.arrayBuffer();
  throw new AppError(
    'not-found',
    `The file of ${source.name} could not be read (${response.status}). Check the project.`,
  );
}

/** Throws AppError with words for the user. */
export async function readScan(source: FileSource): Promise<ScanVoxels> {
  const { volume: stored, frames, isOriented } = await readNifti(await bytesOf(source));
  const volume = turnToRas(stored);
  return {
    volume,
    fileAffine: stored.affine,
    fileSize: stored.size,
    frames,
    isOriented,
    auto: autoWindow(volume.data),
    histogram: histogramOf(volume.data, histogramBins),
  };
}

/** The label map in a file. Throws AppError `bad-input` where its values are no labels. */
export async function readLabels(source: FileSource): Promise<LabelMap> {
  const { volume } = await readNifti(await bytesOf(source));
  const labels = labelMapOf(turnToRas(volume));
  if (labels === null) {
    throw new AppError('bad-input', `${source.name} is no label map: labels are whole numbers from 0, at most 255.`);
  }
  return labels;
}
