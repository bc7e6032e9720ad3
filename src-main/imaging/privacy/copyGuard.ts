/**
 * Tells of one synthetic scan at a time whether it is a suspected copy of a training scan, before it is handed out: the
 * search and the limit of an evidence report, learnt from some of the real scans.
 */
import type { CopyLimit } from '#contract/evidence/privacy.ts';
import { calibrateLimit } from '#shared/evidence/copyLimit.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { reduceVolume } from '../reduceVolume.ts';
import { levelSides } from './localContrast.ts';
import { createContrasts, nearestOfAll, searcherOf, toReal, type ComparedScan } from './searcher.ts';
import { commonBrain } from './targets.ts';

/** A real scan that is read when it is needed. */
export interface KnownScan {
  readonly id: string;
  /** Cube of `side` voxels in [-1, 1], background exactly −1. */
  readonly read: () => Promise<Float32Array>;
}

export interface GuardOptions {
  readonly side: number;
  readonly training: readonly KnownScan[];
  /** Those that nobody trained on; may be none. */
  readonly heldOut: readonly KnownScan[];
  /** Awaited before each scan. */
  readonly step: (note: string) => Promise<void>;
}

export interface GuardVerdict {
  readonly isSuspected: boolean;
  /** Id of the training scan that it is most like. */
  readonly nearest: string;
  readonly similarity: number;
}

export interface CopyGuard {
  readonly limit: CopyLimit;
  /** Of a scan of `side`³ voxels; background exactly −1. */
  check(voxels: Float32Array): Promise<GuardVerdict>;
}

/** So many real scans of each kind teach the limit; all training scans are compared with. */
const mostTeaching = 60;

const everyNth = <T>(items: readonly T[]): readonly T[] =>
  items.length <= mostTeaching
    ? items
    : Array.from({ length: mostTeaching }, (_, at) => items[Math.floor((at * items.length) / mostTeaching)] as T);

/** Null for fewer than two training scans. Keeps 2 MB a training scan at most, whatever the grid. */
export async function createCopyGuard({ side, training, heldOut, step }: GuardOptions): Promise<CopyGuard | null> {
  if (training.length < 2) return null;
  const { fine } = levelSides(side);
  const anywhere = gridAffine(1, [0, 0, 0]);
  const reduce = (data: Float32Array): Float32Array =>
    reduceVolume({ size: [side, side, side], affine: anywhere, data }, side / fine).data;
  const take = async (scans: readonly KnownScan[]): Promise<readonly ComparedScan[]> => {
    const taken: ComparedScan[] = [];
    for (const { id, read } of scans) {
      await step('Reading training scans, to know copies of them');
      taken.push({ id, voxels: reduce(await read()) });
    }
    return taken;
  };
  const targets = await take(training);
  const others = await take(everyNth(heldOut));
  const contrast = createContrasts(fine);
  const mask = commonBrain(targets.map(({ voxels }) => voxels));
  const searcher = await searcherOf(targets, { side: fine, mask, contrast, step });
  const ofHeldOut = await nearestOfAll(others, targets, searcher);
  const ofTraining = await nearestOfAll(everyNth(targets), targets, searcher);
  const { limit } = calibrateLimit(ofHeldOut.map(toReal), ofTraining.map(toReal));
  return {
    limit,
    check: async (voxels) => {
      const [found] = await nearestOfAll([{ id: '', voxels: reduce(voxels) }], targets, searcher);
      const similarity = found?.nearest.similarity ?? -1;
      return { isSuspected: similarity > limit.similarity, nearest: found?.id ?? '', similarity };
    },
  };
}
