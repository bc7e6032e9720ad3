/** Why a file cannot be used as a scan: a stable code for programs beside the sentence for people. */
import { AppError } from '#contract/errors.ts';

export type BadScanCode =
  | 'unreadable' // the system does not let us read it
  | 'empty' // no bytes
  | 'blank' // nothing but zero bytes
  | 'not-an-image' // content of no known format
  | 'unsupported-format' // an image, of a kind that is not read
  | 'missing-pair' // a header without its image file or the reverse
  | 'no-orientation' // a format that does not say where left is
  | 'bad-dimensions'
  | 'single-slice'
  | 'too-small'
  | 'four-dimensional' // several volumes, of which none was chosen
  | 'colour'
  | 'vectors' // several numbers a voxel that are no frames
  | 'unknown-datatype'
  | 'huge'
  | 'bad-offset'
  | 'singular-affine'
  | 'truncated'
  | 'damaged' // the compressed data contradict themselves
  | 'not-finite'
  | 'constant'
  | 'no-brain' // nothing stands out from the background
  | 'noise' // what stands out is scattered voxels
  | 'no-contrast' // what stands out has one value only
  | 'no-bias-field' // too little to estimate it from
  | 'no-mask' // no mask file of the user's for this scan
  | 'mask-elsewhere' // … or it lies elsewhere in space
  | 'localizer'
  | 'derived' // computed from a scan
  | 'incomplete' // slices are missing, uneven or there too often
  | 'not-aligned' // too little in common with the reference
  | 'no-pair' // no other scan, or several, of this subject
  | 'wrong-factor' // the two scans of a pair differ by another factor
  | 'pair-elsewhere'; // … or lie elsewhere in space

export class BadScan extends AppError {
  readonly scanCode: BadScanCode;

  constructor(scanCode: BadScanCode, message: string, options?: ErrorOptions) {
    super('bad-input', message, options);
    this.name = 'BadScan';
    this.scanCode = scanCode;
  }
}

/** What an imported scan should be looked at for. */
export type ScanWarningCode =
  | 'orientation-guessed'
  | 'forms-disagree'
  | 'not-finite'
  | 'anisotropic'
  | 'few-slices'
  | 'cropped'
  | 'cut-off'
  | 'whole-head'
  | 'unusual-size'
  | 'no-label'
  | 'bad-label'
  | 'pair-differs'
  | 'mask-unsure' // the brain found has an unlikely size
  | 'mask-kept' // nothing to strip: the scan came without a skull
  | 'frame-chosen' // one of several volumes, or their mean
  | 'magnitude' // of complex numbers
  | 'duplicate-slices'
  | 'series-split' // one of several volumes of a DICOM series
  | 'derived'
  | 'tilted'
  | 'slices-unknown'
  | 'slices-at-end'
  | 'interpolated-slices';

export interface ScanWarning {
  readonly code: ScanWarningCode;
  readonly reason: string;
}
