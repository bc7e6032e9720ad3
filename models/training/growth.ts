/**
 * Progressive growing (Karras et al. 2018, arXiv 1710.10196, section 2): which resolution a network has come to after so
 * many scans. The first is trained for one phase; each further one is faded in for a phase and trained for another.
 */
import type { TrainingLevel } from '../model.ts';

export interface Growth {
  /** Voxels a side of the first and of the last resolution; powers of two. */
  readonly firstSide: number;
  readonly lastSide: number;
  /** Scans shown in a phase. */
  readonly phase: number;
}

export interface GrowthStage {
  /** Voxels a side of the newest resolution in use. */
  readonly side: number;
  /** Weight of the newest resolution: below 1 while it is faded in. */
  readonly fade: number;
}

/** The stage at which `seen` scans have been shown. */
export function stageAt({ firstSide, lastSide, phase }: Growth, seen: number): GrowthStage {
  const cycle = Math.floor(seen / (2 * phase));
  const within = seen - cycle * 2 * phase;
  const side = firstSide * 2 ** cycle;
  if (side >= lastSide) return { side: lastSide, fade: 1 };
  return within <= phase ? { side, fade: 1 } : { side: 2 * side, fade: (within - phase) / phase };
}

/** Scans after which the last resolution is whole. */
export function grownAfter({ firstSide, lastSide, phase }: Growth): number {
  return 2 * phase * Math.log2(lastSide / firstSide);
}

/** What a training goes through; `batches`: by resolution, under their settings. The last one is a level while it is faded in, and one after. */
export function levelsOf(growth: Growth, batches: Readonly<Record<string, number>>): readonly TrainingLevel[] {
  const { firstSide, lastSide, phase } = growth;
  const batchAt = bySide(firstSide, Object.entries(batches));
  const levelAt = (side: number, scans: number | null): TrainingLevel => {
    const [batchSetting, batch] = batchAt(side);
    return { side, batch, batchSetting, scans, moment: momentOf(growth, side) };
  };
  const sides = Array.from({ length: Math.log2(lastSide / firstSide) }, (_, index) => firstSide * 2 ** index);
  return [
    ...sides.map((side) => levelAt(side, side === firstSide ? phase : 2 * phase)),
    ...(sides.length === 0 ? [] : [levelAt(lastSide, phase)]),
    levelAt(lastSide, null),
  ];
}

/** Scans shown halfway through the fading in of a resolution, which takes the most work; none of the first. */
function momentOf({ firstSide, phase }: Growth, side: number): number {
  if (side === firstSide) return 0;
  return phase * (2 * Math.log2(side / firstSide) - 1) + Math.ceil(phase / 2);
}

/** Whether a resolution began or ended to fade in between two stages: the optimisers begin anew then. */
export function isNewPhase(before: GrowthStage, after: GrowthStage): boolean {
  return before.side !== after.side || before.fade < 1 !== after.fade < 1;
}

/** What is said of the resolutions from the first one on, in order; the last value goes on for finer ones. */
export function bySide<T>(firstSide: number, values: readonly T[]): (side: number) => T {
  return (side) => values[Math.min(Math.log2(side / firstSide), values.length - 1)] as T;
}

export const schedules = ['quick', 'standard', 'paper'] as const;
type ScheduleName = (typeof schedules)[number];

/** Passes over the training scans in a phase, within what is worthwhile and what can be waited for. */
const phases: Readonly<
  Record<ScheduleName, { readonly passes: number; readonly least: number; readonly most: number }>
> = {
  quick: { passes: 200, least: 20_000, most: 60_000 },
  standard: { passes: 1000, least: 60_000, most: 200_000 },
  paper: { passes: 1000, least: 1_000_000, most: 1_000_000 },
};

export interface PhaseSettings {
  readonly schedule: ScheduleName;
  /** Thousands of scans in a phase; 0: what the schedule says. */
  readonly kimg: number;
}

/** Scans shown in a phase, for a training set of so many; at least 1. */
export function phaseLength({ schedule, kimg }: PhaseSettings, scans: number): number {
  if (kimg > 0) return Math.max(1, Math.round(kimg * 1000));
  const { passes, least, most } = phases[schedule];
  return Math.min(most, Math.max(least, passes * scans));
}
