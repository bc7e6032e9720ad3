/** What is measured on the scans of a training, to tell how it fares. */

/** Mean pairwise MS-SSIM; likeness of scans in [-1, 1]. */
export interface Similarity {
  readonly synthetic: number;
  readonly real: number;
  readonly syntheticScans: number;
  readonly realScans: number;
  readonly scales: number;
  /** Voxels a side at which they were compared. */
  readonly side: number;
  /** Of a model without a discriminator, whose scans are blurred and more alike for that alone. */
  readonly isBlurred: boolean;
}

/** What the networks make of training scans and of held-out ones: means over the scans. */
export interface Gap {
  /** Scores of the discriminator, or squared errors of scans made from their codes. */
  readonly kind: 'judged' | 'reconstructed';
  readonly training: number;
  readonly heldOut: number;
  /** Of `judged`. */
  readonly synthetic: number | null;
  /**
   * Judged: the share of the way from training to synthetic scans (Karras et al. 2020, arXiv 2006.06676, equation 1: r_v).
   * Reconstructed: the error of held-out scans in that of training scans.
   */
  readonly value: number;
  /** Whether the difference is more than twice its standard error. */
  readonly isCertain: boolean;
  readonly heldOutScans: number;
}

export interface Checkerboard {
  readonly synthetic: number;
  readonly real: number;
  readonly ratio: number;
}

/** Null: it cannot be measured as things are. */
export interface ScanHealth {
  readonly similarity: Similarity | null;
  readonly gap: Gap | null;
  readonly checkerboard: Checkerboard | null;
}
