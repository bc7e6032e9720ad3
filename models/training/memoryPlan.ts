/** What a training does about memory: the settings of its updates, and how they change where memory runs out. */
import { AppError } from '#contract/errors.ts';
import { plainMemory, type TrainingMemory } from '#contract/trainingMemory.ts';
import type { MemoryPlan } from '../model.ts';

/** Told what an update is computed with from now on, and why, in a sentence. */
export type MemoryChange = (settings: TrainingMemory, reason: string) => void;

export interface TrainingMemoryPlan extends MemoryPlan {
  /** Of a training that the system ended: batches of `count` scans are computed in a smaller way, where there is one. */
  beginSmaller(count: number): void;
}

/**
 * Begins with `first`. Where memory runs out, half as many scans are computed at once; at one at a time, activations are
 * computed again; then AppError('out-of-memory'), as at once without `onChange`: then nothing is to change.
 */
export function createMemoryPlan(first: TrainingMemory = plainMemory, onChange?: MemoryChange): TrainingMemoryPlan {
  let settings = first;
  return {
    get settings() {
      return settings;
    },
    runOut(count, cause) {
      const next = onChange === undefined ? null : smaller(settings, count);
      if (next === null) throw exhausted(scansAtOnce(settings, count), settings, cause);
      const before = scansInWords(scansAtOnce(settings, count));
      onChange?.(
        next,
        `Memory ran out with ${before} at once. ${describe(next, settings, count)}; the training goes on.`,
      );
      settings = next;
    },
    beginSmaller(count) {
      const next = smaller(settings, count) ?? settings;
      onChange?.(
        next,
        `The system ended this training the last time, most likely because memory ran out. ${describe(next, settings, count)}.`,
      );
      settings = next;
    },
  };
}

function scansAtOnce({ pieces }: TrainingMemory, count: number): number {
  return Math.ceil(count / pieces);
}

/** The next smaller settings for a batch of `count` scans; null: there are none. */
function smaller(settings: TrainingMemory, count: number): TrainingMemory | null {
  if (settings.pieces < count) return { ...settings, pieces: Math.min(count, 2 * settings.pieces) };
  return settings.recompute ? null : { ...settings, recompute: true };
}

const scansInWords = (count: number): string => (count === 1 ? 'one scan' : `${String(count)} scans`);

function describe({ pieces, recompute }: TrainingMemory, before: TrainingMemory, count: number): string {
  if (pieces > before.pieces)
    return `From here on a batch is computed in ${String(pieces)} pieces of ${scansInWords(Math.ceil(count / pieces))} at most`;
  return recompute && !before.recompute
    ? 'From here on activations are computed again instead of being kept, which takes longer'
    : 'It is computed in the smallest way already: close other programs, or take a smaller network or grid';
}

function exhausted(before: number, { recompute }: TrainingMemory, cause: unknown): AppError {
  const how = recompute ? ', with activations computed again' : '';
  return new AppError(
    'out-of-memory',
    `Memory ran out with ${scansInWords(before)} at once${how}. Close other programs, or take a smaller network (fewer feature maps) or grid.`,
    { cause },
  );
}

/** What the engine and Node say where memory cannot be had. */
const outOfMemoryWords = /OOM when allocating|RESOURCE_EXHAUSTED|Resource exhausted|bad_alloc|allocation failed/i;

export function isOutOfMemory(thrown: unknown): boolean {
  return thrown instanceof Error && !(thrown instanceof AppError) && outOfMemoryWords.test(thrown.message);
}
