/** What the window and its reading worker say to each other, once each way: a source goes in, voxels come back. */
import type { ErrorShape } from '#contract/errors.ts';
import type { AffineMatrix } from '#contract/records.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { Histogram, IntensityWindow } from './intensity.ts';
import type { LabelMap } from './labels.ts';

/** A NIfTI file: of the project by its address (`fileUrl`), or one that was dropped on the window. */
export type FileSource = { readonly name: string } & ({ readonly url: string } | { readonly file: File });

export interface ScanVoxels {
  /** Turned towards RAS, every voxel in its place in the world. */
  readonly volume: Volume;
  /** As the file has them: what the read-out of voxel indices goes by. */
  readonly fileAffine: AffineMatrix;
  readonly fileSize: readonly [number, number, number];
  readonly frames: number;
  readonly isOriented: boolean;
  readonly auto: IntensityWindow;
  readonly histogram: Histogram;
}

export interface ReadRequest {
  readonly kind: 'scan' | 'labels';
  readonly source: FileSource;
}

export type ReadReply =
  | { readonly kind: 'scan'; readonly scan: ScanVoxels }
  | { readonly kind: 'labels'; readonly labels: LabelMap }
  | { readonly kind: 'failed'; readonly error: ErrorShape };
