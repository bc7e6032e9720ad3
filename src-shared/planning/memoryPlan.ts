/**
 * How a training fits into the memory of a device, from dry runs with one and two scans at once: the peak grows by the same
 * amount with each scan, so that two of them foretell any batch. What does not fit as it is has its activations computed
 * again, then its batch gone through in pieces; both leave the batch of an update as it was. What does not fit then either
 * would have to be of a smaller resolution, which is the user's to choose.
 */
import type { DryRun, PlanChoice, PlanWay } from '../contract/plan.ts';

/** Of the free memory, what a training may count on; the rest is for what a dry run does not show: previews, checkpoints, other programs. */
const usableShare = 0.85;

export interface PlanTask {
  /** Scans an update sees. */
  readonly batch: number;
  /** Voxels a side: of the scans, then of smaller scans that the model could take, in falling order. */
  readonly sides: readonly [number, ...number[]];
  /** Whether a batch can be gone through in pieces. */
  readonly canSplit: boolean;
  readonly canRecompute: boolean;
  readonly freeBytes: number;
}

/** A dry run to make. */
export type AskedRun = Pick<DryRun, 'side' | 'batch' | 'recompute'>;

export type PlanStep =
  { readonly kind: 'measure'; readonly run: AskedRun } | { readonly kind: 'chosen'; readonly choice: PlanChoice };

/** Peak with b scans at once, in bytes: `one + (b - 1) · more`. */
interface PeakLine {
  readonly kind: 'line';
  /** null: more than there is. */
  readonly one: number | null;
  /** Infinity: more than there is. */
  readonly more: number;
  readonly weightBytes: number;
}

type Asked = Extract<PlanStep, { kind: 'measure' }>;
type Setting = Pick<DryRun, 'side' | 'recompute'>;

/** The dry run to make next, or the choice once there are enough: two for each way of computing and resolution at most. */
export function nextStep(task: PlanTask, runs: readonly DryRun[]): PlanStep {
  const [side, ...smaller] = task.sides;
  const plain = lineAt({ side, recompute: false }, task, runs);
  if (plain.kind === 'measure') return plain;
  const whole = wayOf(plain, { side, recompute: false }, { ...task, canSplit: false });
  if (whole?.batch === task.batch) return { kind: 'chosen', choice: { kind: 'fits', ...whole } };

  const recompute = task.canRecompute;
  const line = recompute ? lineAt({ side, recompute }, task, runs) : plain;
  if (line.kind === 'measure') return line;
  const way = wayOf(line, { side, recompute }, task);
  if (way?.batch === task.batch) return { kind: 'chosen', choice: { kind: 'fits', ...way } };
  if (way !== null) return tooLarge(excess(line, task), way);

  let missing = line.one === null ? null : { missing: line.one - limitOf(task), isEstimated: false };
  for (const less of smaller) {
    const lesser = lineAt({ side: less, recompute }, task, runs);
    if (lesser.kind === 'measure') return lesser;
    missing ??= foretold(lesser, (side / less) ** 3, task);
    const fitting = wayOf(lesser, { side: less, recompute }, task);
    if (fitting !== null) return tooLarge(missing ?? atLeast(task), fitting);
  }
  return tooLarge(missing ?? atLeast(task), null);
}

export const limitOf = ({ freeBytes }: Pick<PlanTask, 'freeBytes'>): number => usableShare * freeBytes;

/** The peaks that were found for a setting, or the run that is still missing: the second is left out where it could say nothing. */
function lineAt({ side, recompute }: Setting, task: PlanTask, runs: readonly DryRun[]): PeakLine | Asked {
  const found = (batch: number): DryRun | undefined =>
    runs.find((run) => run.side === side && run.recompute === recompute && run.batch === batch);
  const measure = (batch: number): Asked => ({ kind: 'measure', run: { side, batch, recompute } });
  const first = found(1);
  if (first === undefined) return measure(1);
  if (first.found === null) return { kind: 'line', one: null, more: Infinity, weightBytes: 0 };
  const { peakBytes: one, weightBytes } = first.found;
  if (task.batch === 1 || one > limitOf(task)) return { kind: 'line', one, more: Infinity, weightBytes };
  const second = found(2);
  if (second === undefined) return measure(2);
  if (second.found === null) return { kind: 'line', one, more: Infinity, weightBytes };
  const more = Math.max(0, second.found.peakBytes - one); // where two take less than one, the difference is noise
  return { kind: 'line', one, more, weightBytes };
}

/** How a batch fits, or as much of it as does; null where not one scan does. */
function wayOf(line: PeakLine, setting: Setting, task: PlanTask): PlanWay | null {
  const limit = limitOf(task);
  const whole = atMost(line, limit, task.batch);
  const way = (batch: number, pieces: number): PlanWay => {
    const atOnce = Math.ceil(batch / pieces);
    const added = pieces > 1 ? line.weightBytes : 0;
    const peakBytes = (line.one ?? 0) + (atOnce > 1 ? (atOnce - 1) * line.more : 0) + added;
    return { ...setting, batch, atOnce, pieces, peakBytes };
  };
  if (whole === task.batch) return way(task.batch, 1);
  if (!task.canSplit) return whole === 0 ? null : way(whole, 1);
  const atOnce = atMost(line, limit - line.weightBytes, task.batch);
  return atOnce === 0 ? null : way(task.batch, Math.ceil(task.batch / atOnce));
}

/** Scans at once that stay below `limit`, up to `batch`. */
function atMost({ one, more }: PeakLine, limit: number, batch: number): number {
  if (one === null || one > limit) return 0;
  return more === 0 ? batch : Math.min(batch, 1 + Math.floor((limit - one) / more));
}

interface Missing {
  readonly missing: number;
  readonly isEstimated: boolean;
}

/** Of the whole batch, where it cannot be gone through in pieces. */
function excess({ one, more }: PeakLine, task: PlanTask): Missing {
  const missing = (one ?? Infinity) + (task.batch - 1) * more - limitOf(task);
  return Number.isFinite(missing) ? { missing, isEstimated: false } : atLeast(task);
}

/** From smaller scans: what comes with each scan grows as its voxels do, by `ratio`. */
function foretold({ one, more }: PeakLine, ratio: number, task: PlanTask): Missing | null {
  if (one === null) return null;
  const scan = Number.isFinite(more) ? more : one; // with one measurement alone, all of it is taken to be the scan's
  const missing = one - scan + scan * ratio - limitOf(task);
  return { missing: Math.max(missing, atLeast(task).missing), isEstimated: true };
}

/** More than all of the free memory. */
const atLeast = (task: PlanTask): Missing => ({ missing: task.freeBytes - limitOf(task), isEstimated: true });

function tooLarge({ missing, isEstimated }: Missing, fitting: PlanWay | null): PlanStep {
  return { kind: 'chosen', choice: { kind: 'too-large', missingBytes: Math.max(0, missing), isEstimated, fitting } };
}
