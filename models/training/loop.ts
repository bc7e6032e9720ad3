/**
 * The one training loop: step → losses → now and then a preview and a checkpoint → stop? It knows no files and
 * no clock; they come in as functions.
 */
import type { Scalars } from '../model.ts';

export type Until = { readonly iterations: number } | { readonly minutes: number };

/** When something recurs: every so many iterations, or after so many seconds. */
export interface Recurrence {
  readonly iterations: number | null;
  readonly seconds: number;
}

export interface LoopOptions {
  /** Iterations already done. */
  readonly from: number;
  readonly until: Until;
  /** Training time already spent, before this run. */
  readonly elapsedSeconds: number;
  readonly previewEvery: Recurrence;
  readonly checkpointEvery: Recurrence;
  /** Seconds since some fixed moment. */
  now(): number;
  /** By time at most so often that it costs a fortieth of it. */
  readonly watchEvery: Recurrence;
  /** Trains iteration `iteration`, counted from 1; losses by name. `isWatched`: `watch` follows. */
  step(iteration: number, isWatched: boolean): Promise<Scalars>;
  /** After a step that threw: whether the state is that of before it, and is to be kept. */
  undo(thrown: unknown): boolean;
  isCancelled(): boolean;
  onStep(iteration: number, losses: Scalars, timing: StepTiming): void;
  preview(iteration: number): Promise<void>;
  checkpoint(iteration: number, elapsedSeconds: number, isLast: boolean): Promise<void>;
  /** Looks how the run fares. The iteration of the earlier state that it restored, to go on from; null: all may stay. */
  watch(iteration: number, elapsedSeconds: number): Promise<number | null>;
  /** Whether all weights are finite; asked before they are kept. */
  areWeightsFinite(): Promise<boolean>;
  /** Restores an earlier state, where numbers are not finite any more (`fault` says which), and gives its iteration; or throws. */
  recover(fault: string, iteration: number, elapsedSeconds: number): Promise<number>;
}

export interface StepTiming {
  readonly secondsPerIteration: number;
  readonly secondsLeft: number;
  /** What `until` asks for, in iterations; an estimate where it is a time. */
  readonly totalIterations: number;
}

export interface LoopResult {
  readonly iteration: number;
  readonly wasCancelled: boolean;
}

/** A checkpoint may cost a twentieth of the time between two of them. */
const checkpointShare = 20;
/** A look at how the run fares, by time, a fortieth; and it waits for something to have changed. */
const watchShare = 40;
const leastBetweenLooks = 20;
/** Weight of the newest step in the running mean of step times. */
const timingWeight = 0.1;

/** Trains until the goal or a cancellation, and leaves a checkpoint of where it stopped. */
export async function runTrainingLoop(options: LoopOptions): Promise<LoopResult> {
  const { until, now } = options;
  const started = now();
  const elapsed = (): number => options.elapsedSeconds + now() - started;
  let iteration = options.from;
  let secondsPerIteration = 0;
  let lastPreview = { at: now(), iteration };
  // What it goes on from is a checkpoint already.
  let lastCheckpoint = { at: now(), iteration: iteration === 0 ? -1 : iteration, cost: 0 };
  let lastWatch = { at: now(), iteration, cost: 0 };

  const isDone = (): boolean =>
    'iterations' in until ? iteration >= until.iterations : elapsed() >= until.minutes * 60;
  const isDue = (every: Recurrence, last: { at: number; iteration: number }): boolean =>
    every.iterations === null ? now() - last.at >= every.seconds : iteration % every.iterations === 0;
  const isWatchDue = (): boolean => {
    const { iterations, seconds } = options.watchEvery;
    if (iterations !== null) return (iteration + 1) % iterations === 0;
    const waited = now() - lastWatch.at >= Math.max(seconds, watchShare * lastWatch.cost);
    return waited && iteration + 1 - lastWatch.iteration >= leastBetweenLooks;
  };
  /** False where there is nothing worth keeping. */
  const save = async (isLast: boolean): Promise<boolean> => {
    if (lastCheckpoint.iteration === iteration) return true;
    if (!(await options.areWeightsFinite())) return false;
    const began = now();
    await options.checkpoint(iteration, elapsed(), isLast);
    lastCheckpoint = { at: now(), iteration, cost: now() - began };
    return true;
  };
  const goOnFrom = (earlier: number): void => {
    iteration = earlier;
    lastPreview = { at: now(), iteration };
    lastCheckpoint = { ...lastCheckpoint, at: now(), iteration };
    lastWatch = { ...lastWatch, at: now(), iteration };
  };
  const recover = async (fault: string): Promise<void> => {
    goOnFrom(await options.recover(fault, iteration, elapsed()));
  };

  const step = async (isWatched: boolean): Promise<Scalars> => {
    try {
      return await options.step(iteration + 1, isWatched);
    } catch (thrown) {
      if (options.undo(thrown)) await save(false).catch(() => false); // what was thrown first says more
      throw thrown;
    }
  };

  const train = async (): Promise<void> => {
    const began = now();
    const isWatched = isWatchDue();
    const losses = await step(isWatched);
    iteration += 1;
    const fault = faultOf(losses);
    if (fault !== null) return recover(fault);
    const spent = now() - began;
    secondsPerIteration =
      secondsPerIteration === 0 ? spent : secondsPerIteration + timingWeight * (spent - secondsPerIteration);
    options.onStep(iteration, losses, timingOf(until, iteration, secondsPerIteration, elapsed()));

    if (isWatched) {
      const lookedAt = now();
      const earlier = await options.watch(iteration, elapsed());
      lastWatch = { at: now(), iteration, cost: now() - lookedAt };
      if (earlier !== null) {
        goOnFrom(earlier);
        return;
      }
    }
    if (isDue(options.previewEvery, lastPreview)) {
      await options.preview(iteration);
      lastPreview = { at: now(), iteration };
    }
    const pause = Math.max(options.checkpointEvery.seconds, checkpointShare * lastCheckpoint.cost);
    const isCheckpointDue = isDue({ ...options.checkpointEvery, seconds: pause }, lastCheckpoint);
    if (isCheckpointDue && !(await save(false))) await recover(brokenWeights);
  };

  if (iteration === 0) {
    await options.preview(0);
    if (!(await save(false))) await recover(brokenWeights);
  }
  for (;;) {
    while (!isDone() && !options.isCancelled()) await train();
    if (iteration > lastPreview.iteration) await options.preview(iteration);
    if (await save(isDone())) return { iteration, wasCancelled: !isDone() };
    await recover(brokenWeights);
  }
}

function timingOf(until: Until, iteration: number, secondsPerIteration: number, elapsed: number): StepTiming {
  if ('iterations' in until) {
    const left = Math.max(0, until.iterations - iteration);
    return { secondsPerIteration, secondsLeft: left * secondsPerIteration, totalIterations: until.iterations };
  }
  const secondsLeft = Math.max(0, until.minutes * 60 - elapsed);
  return {
    secondsPerIteration,
    secondsLeft,
    totalIterations: iteration + Math.round(secondsLeft / secondsPerIteration),
  };
}

const brokenWeights = 'A weight became infinite or not a number';

/** The loss that is not finite, in words; null: all are. */
function faultOf(losses: Scalars): string | null {
  const broken = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  return broken === undefined ? null : `The loss '${broken[0]}' became ${String(broken[1])}`;
}
