/** What the viewer can open, and how it becomes voxels on the screen. */
import { AppError } from '#contract/errors.ts';
import type { AffineMatrix } from '#contract/records.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { autoWindow, histogramOf, type Histogram, type IntensityWindow } from './intensity.ts';
import { labelMapOf, type LabelMap } from './labels.ts';
import { readNifti } from './readNifti.ts';

/** A NIfTI file: of the project by its address (`fileUrl`), or one that was dropped on the window. */
export type VolumeSource =
  | { readonly name: string; readonly url: string; readonly labelUrl?: string | null }
  | { readonly name: string; readonly file: File };

export interface Scan {
  readonly name: string;
  /** Turned towards RAS, every voxel in its place in the world. */
  readonly volume: Volume;
  /** As the file has them: what the read-out of voxel indices goes by. */
  readonly fileAffine: AffineMatrix;
  readonly fileSize: readonly [number, number, number];
  readonly frames: number;
  readonly isOriented: boolean;
  readonly auto: IntensityWindow;
  readonly histogram: Histogram;
  readonly labelUrl: string | null;
}

const histogramBins = 128;

async function bytesOf(source: VolumeSource, signal: AbortSignal): Promise<ArrayBuffer> {
  if ('file' in source) return source.file.arrayBuffer();
  return fetchBytes(source.url, source.name, signal);
}

async function fetchBytes(url: string, name: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal });
  if (response.ok) return response.arrayBuffer();
  throw new AppError('not-found', `The file of ${name} could not be read (${response.status}). Check the project.`);
}

/** Throws AppError with words for the user, and AbortError when told to stop. */
export async function loadScan(source: VolumeSource, signal: AbortSignal): Promise<Scan> {
  const { volume: stored, frames, isOriented } = await readNifti(await bytesOf(source, signal));
  signal.throwIfAborted();
  const volume = turnToRas(stored);
  return {
    name: source.name,
    volume,
    fileAffine: stored.affine,
    fileSize: stored.size,
    frames,
    isOriented,
    auto: autoWindow(volume.data),
    histogram: histogramOf(volume.data, histogramBins),
    labelUrl: 'url' in source ? (source.labelUrl ?? null) : null,
  };
}

/** The label map in a file. Throws AppError `bad-input` where its values are no labels. */
export async function loadLabels(source: VolumeSource, signal: AbortSignal): Promise<LabelMap> {
  const { volume } = await readNifti(await bytesOf(source, signal));
  signal.throwIfAborted();
  const labels = labelMapOf(turnToRas(volume));
  if (labels === null) {
    throw new AppError('bad-input', `${source.name} is no label map: labels are whole numbers from 0, at most 255.`);
  }
  return labels;
}
