/** The search for nearest scans among those of a report: one after the other, so that it can be watched and stopped. */
import type { RealNearest } from '#shared/evidence/copyLimit.ts';
import type { EvidenceScan } from '#shared/evidence/scans.ts';
import { localContrast, type ContrastLevels } from './localContrast.ts';
import { createSearch, type Nearest } from './nearest.ts';
import { createTargets } from './targets.ts';

/** What is compared of a scan. */
export type ComparedScan = Pick<EvidenceScan, 'id' | 'voxels'>;

/** Local contrast of so many scans is kept: 1.2 MB each; of the others it is worked out again. */
const mostKept = 400;

/** Of one person several scans may be there, one a session. */
export const personOf = ({ id }: ComparedScan): string => id.replace(/_ses-.*$/, '');

export function createContrasts(side: number): (scan: ComparedScan) => ContrastLevels {
  const kept = new WeakMap<ComparedScan, ContrastLevels>();
  let count = 0;
  return (scan) => {
    const known = kept.get(scan);
    if (known !== undefined) return known;
    const contrast = localContrast(scan.voxels, side);
    if (count++ < mostKept) kept.set(scan, contrast);
    return contrast;
  };
}

/** How many scans have been looked at, of how many, in words. */
type Step = (note: string) => Promise<void>;

export interface Searcher {
  /** The scan of `among` that is nearest; `without` those of one's own person. Null for fewer than two of them. */
  nearest(scan: ComparedScan, isOneOfThem: boolean): Promise<Nearest | null>;
}

export interface Surroundings {
  readonly side: number;
  readonly mask: Uint8Array;
  readonly contrast: (scan: ComparedScan) => ContrastLevels;
  readonly step: Step;
}

export async function searcherOf(
  among: readonly ComparedScan[],
  { side, mask, contrast, step }: Surroundings,
): Promise<Searcher> {
  async function* levels(): AsyncGenerator<ContrastLevels> {
    for (const scan of among) {
      await step('Reading the structure of scans');
      yield contrast(scan);
    }
  }
  const search = createSearch(await createTargets(levels(), { mask, side }));
  const persons = among.map(personOf);
  return {
    nearest: async (scan, isOneOfThem) => {
      await step('Looking for the nearest scan');
      const own = personOf(scan);
      const without = isOneOfThem ? persons.flatMap((person, at) => (person === own ? [at] : [])) : [];
      return search.nearest(contrast(scan), new Set(without));
    },
  };
}

export interface Found {
  readonly scan: ComparedScan;
  readonly nearest: Nearest;
  readonly id: string;
}

export async function nearestOfAll(
  scans: readonly ComparedScan[],
  among: readonly ComparedScan[],
  searcher: Searcher,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  const members = new Set(among);
  for (const scan of scans) {
    const nearest = await searcher.nearest(scan, members.has(scan));
    if (nearest !== null) found.push({ scan, nearest, id: among[nearest.target]?.id ?? '' });
  }
  return found;
}

export const toReal = ({ scan, nearest, id }: Found): RealNearest => ({
  id: scan.id,
  nearest: id,
  similarity: nearest.similarity,
});
