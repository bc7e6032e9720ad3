/** The scans of an evidence report as its sections see them: on one grid, with nothing of their files. */
import type { ScanRole } from '../contract/evidence/figure.ts';

export interface EvidenceScan {
  /** Unique within its role. */
  readonly id: string;
  readonly role: ScanRole;
  /** side³ voxels in [-1, 1], background exactly −1, RAS, x fastest. */
  readonly voxels: Float32Array;
  /** Label map on the same voxels; null: there is none. */
  readonly labels: Float32Array | null;
}

export interface EvidenceScans {
  /** Voxels a side of the cube. */
  readonly side: number;
  readonly spacingMm: number;
  /** What synthetic scans are compared with: held-out ones, or training scans where there are no others. */
  readonly real: readonly EvidenceScan[];
  readonly synthetic: readonly EvidenceScan[];
  /** What the generator has seen; empty: not known. */
  readonly training: readonly EvidenceScan[];
}

/** What a section is told of the world around it. */
export interface SectionHooks {
  /** `done` of `total` steps of the section; awaited, so that a cancel can come in. Throws AppError 'cancelled'. */
  progress(done: number, total: number, note: string): Promise<void>;
}
