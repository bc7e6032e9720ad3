/** Where a scan comes from: a file, one of the volumes in it, or a DICOM series. */
import type { FrameChoice } from '#contract/records.ts';
import { readVolume, type ReadScan } from './readVolume.ts';

export interface ReadingWishes {
  /** Of files and series with several volumes. */
  readonly frame: FrameChoice;
  /** Whether series with missing or uneven slices are taken, interpolated. */
  readonly acceptIncomplete: boolean;
  /** Whether the scan was asked for by name: then a series that stays aside otherwise is taken. */
  readonly isNamed: boolean;
}

export interface ScanSource {
  /** Throws BadScan, an AppError of code 'bad-input'. */
  read(): Promise<ReadScan>;
}

export function fileSource(path: string, frame: FrameChoice = null): ScanSource {
  return { read: () => readVolume(path, frame) };
}
