/**
 * The one training loop: step → losses → now and then a preview and a checkpoint → stop? It knows no files and
 * no clock; they come in as functions.
 */
import { AppError } from '#contract/errors.ts';
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
  /** Trains iteration `iteration`, counted from 1; losses by name. */
  step(iteration: number): Promise<Scalars>;
  isCancelled(): boolean;
  onStep(iteration: number, losses: Scalars, timing: StepTiming): void;
  preview(iteration: number): Promise<void>;
  checkpoint(iteration: number, elapsedSeconds: number, isLast: boolean): Promise<void>;
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

  const isDone = (): boolean =>
    'iterations' in until ? iteration >= until.iterations : elapsed() >= until.minutes * 60;
  const isDue = (every: Recurrence, last: { at: number; iteration: number }): boolean =>
    every.iterations === null ? now() - last.at >= every.seconds : iteration % every.iterations === 0;
  const save = async (isLast: boolean): Promise<void> => {
    if (lastCheckpoint.iteration === iteration) return;
    const began = now();
    await options.checkpoint(iteration, elapsed(), isLast);
    lastCheckpoint = { at: now(), iteration, cost: now() - began };
  };

  if (iteration === 0) {
    await options.preview(0);
    await save(false);
  }
  while (!isDone() && !options.isCancelled()) {
    const began = now();
    const losses = await options.step(iteration + 1);
    iteration += 1;
    requireFinite(iteration, losses, Math.max(lastCheckpoint.iteration, options.from));
    const spent = now() - began;
    secondsPerIteration =
      secondsPerIteration === 0 ? spent : secondsPerIteration + timingWeight * (spent - secondsPerIteration);
    options.onStep(iteration, losses, timingOf(until, iteration, secondsPerIteration, elapsed()));

    if (isDue(options.previewEvery, lastPreview)) {
      await options.preview(iteration);
      lastPreview = { at: now(), iteration };
    }
    const pause = Math.max(options.checkpointEvery.seconds, checkpointShare * lastCheckpoint.cost);
    if (isDue({ ...options.checkpointEvery, seconds: pause }, lastCheckpoint)) await save(false);
  }
  if (iteration > lastPreview.iteration) await options.preview(iteration);
  await save(isDone());
  return { iteration, wasCancelled: !isDone() };
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

function requireFinite(iteration: number, losses: Scalars, lastGood: number): void {
  const broken = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  if (broken === undefined) return;
  const [name, value] = broken;
  throw new AppError(
    'non-finite-loss',
    `The loss '${name}' became ${String(value)} at iteration ${String(iteration)}. The last good checkpoint is of ` +
      `iteration ${String(lastGood)}. Resume from it with a lower learning rate (rate), or a smaller weight of this term.`,
  );
}
