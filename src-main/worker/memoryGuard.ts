/** What becomes of a training where memory cannot be had: what it can do without is left out, else it ends with what is whole. */
import { AppError } from '#contract/errors.ts';
import type { Trainable } from '#models/model.ts';
import { isOutOfMemory } from '#models/training/memoryPlan.ts';
import type { KeptCheckpoint } from './checkpointKeeper.ts';
import type { WorkerContext } from './context.ts';

export interface MemoryGuard {
  /** Before a step. */
  begin(iteration: number): void;
  /**
   * After a step that threw: true where memory ran out before any weight had moved; the random numbers are then those of
   * before the step. Vectors of a power iteration and running statistics may be one step ahead.
   */
  undo(thrown: unknown): boolean;
  /** Does something that the training can do without; null where memory runs out, which is told. `what` begins a sentence. */
  spare<T>(what: string, work: () => Promise<T>): Promise<T | null>;
  /** The error that a training ends with; what was thrown, unless memory ran out. `kept`: its newest checkpoint. */
  ending(thrown: unknown, kept: KeptCheckpoint | null): unknown;
}

const isOfMemory = (thrown: unknown): boolean =>
  thrown instanceof AppError ? thrown.code === 'out-of-memory' : isOutOfMemory(thrown);

export function createMemoryGuard(model: Trainable, context: WorkerContext): MemoryGuard {
  /** Changes with every update. */
  const progress = (): string =>
    JSON.stringify([Object.values(model.optimizers).map(({ stepCount }) => stepCount), model.counters?.values()]);
  let before = { iteration: 0, progress: progress(), random: model.randomState() };
  const told = new Set<string>();

  return {
    begin(iteration) {
      before = { iteration, progress: progress(), random: model.randomState() };
    },

    undo(thrown) {
      if (!isOfMemory(thrown) || progress() !== before.progress) return false;
      model.restoreRandom(before.random);
      return true;
    },

    async spare(what, work) {
      try {
        return await work();
      } catch (thrown) {
        if (!isOfMemory(thrown)) throw thrown;
        const text = `${what} was left out, since memory ran out; the training goes on. Close other programs.`;
        console.warn(text, thrown); // into the job's log
        if (!told.has(what)) context.send({ type: 'noticed', text });
        told.add(what);
        return null;
      }
    },

    ending(thrown, kept) {
      if (!isOfMemory(thrown)) return thrown;
      const why =
        thrown instanceof AppError
          ? thrown.message
          : 'Memory ran out beside the gradients, where smaller pieces do not help. Close other programs, or take a smaller network (fewer feature maps) or grid.';
      return new AppError('out-of-memory', `${why} ${whatIsKept(kept, before.iteration - 1)}`, { cause: thrown });
    },
  };
}

function whatIsKept(kept: KeptCheckpoint | null, reached: number): string {
  if (kept === null) return 'There is no checkpoint yet: resuming starts anew.';
  const name = `Checkpoint ${kept.id} of iteration ${String(kept.iteration)}`;
  return kept.iteration >= reached
    ? `${name}, the last whole one, is kept; Resume continues from it.`
    : `The iteration under way had changed some of the networks already: ${name} is the last whole state, and Resume continues from it.`;
}
