/** Which volumes of a dataset the gallery shows. */
import type { VolumeRecord } from '#contract/records.ts';
import type { ScanAssessment } from '#shared/quality/assessQuality.ts';

export type Share = 'all' | 'train' | 'heldout' | 'removed';

/** One column of the participants' table: numbers are filtered by a range, words by equality. */
export type AttributeFilter =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly name: string; readonly value: string } // '' for all
  | { readonly kind: 'range'; readonly name: string; readonly from: number | null; readonly to: number | null };

export interface VolumeFilter {
  readonly share: Share;
  readonly text: string;
  readonly withWarnings: boolean;
  /** Those that stand out from the others and that nobody has accepted yet, the oddest first. */
  readonly standingOut: boolean;
  readonly attribute: AttributeFilter;
}

/** 'all' means all that the dataset still has. */
function isInShare({ removed, split }: VolumeRecord, share: Share): boolean {
  if (share === 'removed') return removed;
  return !removed && (share === 'all' || split === share);
}

function hasAttribute({ attributes }: VolumeRecord, filter: AttributeFilter): boolean {
  switch (filter.kind) {
    case 'none':
      return true;
    case 'words':
      return filter.value === '' || String(attributes[filter.name] ?? '') === filter.value;
    case 'range': {
      if (filter.from === null && filter.to === null) return true;
      const value = attributes[filter.name];
      return typeof value === 'number' && value >= (filter.from ?? -Infinity) && value <= (filter.to ?? Infinity);
    }
  }
}

/** `assessed` are the scans of the dataset set against each other, the oddest first. */
export function filterVolumes(
  volumes: readonly VolumeRecord[],
  filter: VolumeFilter,
  assessed: readonly ScanAssessment[],
): readonly VolumeRecord[] {
  const text = filter.text.trim().toLowerCase();
  const ordered = filter.standingOut ? standingOut(volumes, assessed) : volumes;
  return ordered.filter(
    (volume) =>
      isInShare(volume, filter.share) &&
      (!filter.withWarnings || volume.warnings.length > 0) &&
      `${volume.subject} ${volume.session ?? ''} ${volume.sourceFile}`.toLowerCase().includes(text) &&
      hasAttribute(volume, filter.attribute),
  );
}

/** Of the volumes, those with something odd that nobody has accepted yet, the oddest first. */
export function standingOut(
  volumes: readonly VolumeRecord[],
  assessed: readonly ScanAssessment[],
): readonly VolumeRecord[] {
  const byId = new Map(volumes.map((volume) => [volume.id, volume]));
  return assessed.flatMap(({ id, odd }) => {
    const volume = byId.get(id);
    return volume === undefined || odd.length === 0 || volume.accepted ? [] : [volume];
  });
}

export const countShare = (volumes: readonly VolumeRecord[], share: Share): number =>
  volumes.filter((volume) => isInShare(volume, share)).length;

export interface AttributeColumn {
  readonly name: string;
  readonly kind: 'words' | 'range';
  /** Of words: what occurs, sorted. */
  readonly values: readonly string[];
}

/** The columns that any volume has; one is numeric when every value in it is. */
export function attributeColumns(volumes: readonly VolumeRecord[]): readonly AttributeColumn[] {
  const columns = new Map<string, Set<string | number>>();
  for (const { attributes } of volumes) {
    for (const [name, value] of Object.entries(attributes)) {
      const values = columns.get(name) ?? new Set();
      columns.set(name, values.add(value));
    }
  }
  return [...columns].map(([name, values]) =>
    [...values].every((value) => typeof value === 'number')
      ? { name, kind: 'range', values: [] }
      : { name, kind: 'words', values: [...values].map(String).sort() },
  );
}
