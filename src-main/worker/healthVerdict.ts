/**
 * From what was measured of a training to how it stands: good, a warning or an alarm, for each measure. Limits and why:
 * docs/decisions/0031-how-a-training-is-watched.md.
 */
import { z } from 'zod';
import { healthState, type HealthState } from '#contract/health.ts';
import type { Scalars } from '#models/model.ts';
import { median } from '#shared/statistics/quantile.ts';
import type { ScanHealth, Similarity } from './scanHealth.ts';

const standing = z.strictObject({
  state: healthState,
  hasBeenSound: z.boolean(), // was once measured below the alarm
});
type Standing = z.infer<typeof standing>;

/** What is remembered between two looks; a checkpoint stores it. */
export const healthRecord = z.strictObject({
  looks: z.int().nonnegative(),
  lastSound: z.int().nonnegative(), // iteration of the last look that found no collapse
  collapsedLooks: z.int().nonnegative(), // in a row
  standings: z.strictObject({ diversity: standing, gap: standing, gradients: standing, checkerboard: standing }),
  norms: z.record(z.string(), z.array(z.number())), // of each network's gradient, the newest last
  rollBacks: z.int().nonnegative(),
  rateScale: z.number().positive(), // roll-backs lower the learning rates
});
export type HealthRecord = z.infer<typeof healthRecord>;
type Watched = keyof HealthRecord['standings'];

const unknown: Standing = { state: 'waiting', hasBeenSound: false };

export const freshRecord: HealthRecord = {
  looks: 0,
  lastSound: 0,
  collapsedLooks: 0,
  standings: { diversity: unknown, gap: unknown, gradients: unknown, checkerboard: unknown },
  norms: {},
  rollBacks: 0,
  rateScale: 1,
};

interface Limits {
  readonly warn: number;
  readonly alarm: number;
}

/** MS-SSIM of synthetic scans above that of real ones. */
const diversityLimits: Limits = { warn: 0.02, alarm: 0.05 };
/** The same where scans are blurred, which makes them more alike: in what is missing to scans that are all equal. */
const blurredLimits: Limits = { warn: 0.5, alarm: 0.8 };
/** Share of the way from training scans to synthetic ones, in the discriminator's scores, at which held-out scans are. */
const judgedLimits: Limits = { warn: 0.5, alarm: 0.8 };
/** Squared error of reconstructed held-out scans, in that of training scans. */
const reconstructedLimits: Limits = { warn: 1.5, alarm: 2.5 };
/** Index of synthetic scans, in that of real ones. */
const checkerboardLimits: Limits = { warn: 2, alarm: 4 };
/** Times longer or shorter than usual. */
const normLimits: Limits = { warn: 10, alarm: 100 };

/** A limit that was reached is left at this much of it, so that a measure at a limit does not tell its state every time. */
const leaveAt = 0.8;
/** Looks in which a network may not have learned yet what it later must not lose. */
const patience = 10;
const leastNorms = 5;
const keptNorms = 20;
/** One look may err by chance; so many in a row are a collapse. */
const collapsedAfter = 2;

type Level = 'good' | 'warn' | 'alarm';

function levelOf(value: number, { warn, alarm }: Limits, before: HealthState): Level {
  if (value >= (before === 'alarm' ? leaveAt * alarm : alarm)) return 'alarm';
  return value >= (before === 'good' || before === 'waiting' ? warn : leaveAt * warn) ? 'warn' : 'good';
}

/** How many times longer or shorter the gradient of a network is than the median of those before; null: too few yet. */
export function normChange(norm: number, before: readonly number[]): number | null {
  if (before.length < leastNorms) return null;
  const usual = median(before);
  if (usual === 0) return norm === 0 ? 1 : Infinity;
  return Math.max(norm / usual, usual / norm);
}

const excess = ({ synthetic, real, isBlurred }: Similarity): number => (synthetic - real) / (isBlurred ? 1 - real : 1);

function levelsOf({ scans, norms }: Look, { standings, norms: before }: HealthRecord): Record<Watched, Level | null> {
  const { similarity, gap, checkerboard } = scans;
  const changes = Object.entries(norms).map(([name, norm]) =>
    Number.isFinite(norm) ? normChange(norm, before[name] ?? []) : Infinity,
  );
  const change = changes.some((value) => value !== null) ? Math.max(...changes.map((value) => value ?? 1)) : null;
  const level = (name: Watched, value: number | null, limits: Limits): Level | null =>
    value === null ? null : levelOf(value, limits, standings[name].state);
  return {
    diversity: level(
      'diversity',
      similarity === null ? null : excess(similarity),
      similarity?.isBlurred === true ? blurredLimits : diversityLimits,
    ),
    gap:
      gap !== null && !gap.isCertain
        ? 'good'
        : level('gap', gap?.value ?? null, gap?.kind === 'reconstructed' ? reconstructedLimits : judgedLimits),
    gradients: level('gradients', change, normLimits),
    checkerboard: level('checkerboard', checkerboard?.ratio ?? null, checkerboardLimits),
  };
}

/** What a young network may still have to learn. */
const learned: readonly Watched[] = ['diversity', 'checkerboard'];

function nextStanding(name: Watched, level: Level | null, before: Standing, looks: number): Standing {
  if (level === null) return before;
  const hasBeenSound = before.hasBeenSound || level !== 'alarm';
  const isYoung = learned.includes(name) && !hasBeenSound && looks <= patience;
  return { state: isYoung ? 'waiting' : level, hasBeenSound };
}

export interface Look {
  readonly scans: ScanHealth;
  /** Of the gradient of each network that was updated. */
  readonly norms: Scalars;
}

export interface Verdict {
  readonly record: HealthRecord;
  /** Those that stand otherwise than before. */
  readonly changed: readonly { readonly measure: Watched; readonly state: HealthState }[];
  /** Synthetic scans are all alike, and it is no accident. */
  readonly isCollapsed: boolean;
}

export function judgeHealth(look: Look, iteration: number, before: HealthRecord): Verdict {
  const looks = before.looks + 1;
  const levels = levelsOf(look, before);
  const names = Object.keys(levels) as Watched[];
  const standings = Object.fromEntries(
    names.map((name) => [name, nextStanding(name, levels[name], before.standings[name], looks)]),
  ) as HealthRecord['standings'];
  const isAlarmed = standings.diversity.state === 'alarm' && levels.diversity === 'alarm';
  const collapsedLooks = isAlarmed ? before.collapsedLooks + 1 : 0;
  const norms = Object.fromEntries(
    Object.entries({ ...before.norms, ...look.norms }).map(([name]) => {
      const newest = look.norms[name];
      const kept = before.norms[name] ?? [];
      return [name, newest === undefined || !Number.isFinite(newest) ? kept : [...kept, newest].slice(-keptNorms)];
    }),
  );
  const isSound = levels.diversity !== 'alarm' && Object.values(look.norms).every((norm) => Number.isFinite(norm));
  return {
    record: { ...before, looks, collapsedLooks, standings, norms, lastSound: isSound ? iteration : before.lastSound },
    changed: names.flatMap((measure) =>
      standings[measure].state === before.standings[measure].state
        ? []
        : [{ measure, state: standings[measure].state }],
    ),
    isCollapsed: collapsedLooks >= collapsedAfter,
  };
}
