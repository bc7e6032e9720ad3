/** The scans of a synthesis, each with its picture. */
import type { ArtifactRecord } from '#contract/records.ts';

export interface GalleryScan {
  /** The artifact that is the scan. */
  readonly id: string;
  readonly seed: number;
  /** The artifact that is its picture; null in results that have none. */
  readonly thumbnailId: string | null;
}

/** In the order of their seeds. */
export function galleryScans(artifacts: readonly ArtifactRecord[]): readonly GalleryScan[] {
  const thumbnails = new Map(
    artifacts.filter(({ kind }) => kind === 'thumbnail').map(({ seed, id }) => [seed, id] as const),
  );
  return artifacts
    .filter(({ kind }) => kind === 'synthetic-volume')
    .map(({ id, seed }) => ({ id, seed: seed ?? 0, thumbnailId: thumbnails.get(seed) ?? null }))
    .toSorted((a, b) => a.seed - b.seed);
}
