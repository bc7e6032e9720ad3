/**
 * A training under watch: looks at it now and then, tells what goes wrong in words, and ends it or goes back to the last
 * sound checkpoint where it collapsed and the user asked for that.
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { AppError, type ErrorCode } from '#contract/errors.ts';
import type { CollapseAction, HealthMeasure, HealthNotice } from '#contract/health.ts';
import type { Scalars, Trainable } from '#models/model.ts';
import { createRandom } from '#shared/random.ts';
import { restoreCheckpoint } from './checkpoint.ts';
import type { CheckpointKeeper } from './checkpointKeeper.ts';
import type { WorkerContext } from './context.ts';
import { judgeHealth, type HealthRecord, type Look } from './healthVerdict.ts';
import { healthMetrics, healthText, restoredText } from './healthWords.ts';
import type { MemoryGuard } from './memoryGuard.ts';
import type { Training } from './training.ts';

/** A run that collapses once more after so many times wants other settings, not patience. */
const mostRollBacks = 3;
/** Learning rates after a roll-back, in those before. */
const rollBackRate = 0.5;

interface Moment {
  readonly iteration: number;
  /** Training time so far. */
  readonly elapsedSeconds: number;
}

export interface TrainingHealth {
  /** What a checkpoint written now has to remember. */
  record(): HealthRecord;
  /** Before a step that will be looked at. */
  begin(): void;
  /** After it. Gives the iteration that the run went back to, or null; throws AppError('collapsed') where it is to end. */
  look(at: Moment): Promise<number | null>;
  /** `fault`: what is not finite any more. As `look`, but the run cannot go on from here: throws AppError('non-finite-loss'). */
  recover(fault: string, at: Moment): Promise<number>;
}

export interface HealthRequest {
  readonly training: Training;
  readonly action: CollapseAction;
  readonly seed: number;
  readonly record: HealthRecord;
  readonly keeper: CheckpointKeeper;
  readonly checkpointsDir: string;
  readonly context: WorkerContext;
  readonly guard: Pick<MemoryGuard, 'spare'>;
  measured(iteration: number, values: Scalars): void;
}

export function createTrainingHealth(request: HealthRequest): TrainingHealth {
  const { training, action, keeper, context } = request;
  const { model } = training;
  let { record } = request;
  slowDown(model, record);

  const tell = (notice: HealthNotice): void => {
    console.error(`[iteration ${String(notice.iteration)}] ${notice.text}`); // to the job's log
    context.send({ type: 'health', notice });
  };

  /** Restores the last sound checkpoint, and goes on from it at half the rate and with other random numbers. */
  const goBack = async (why: Fault, { iteration, elapsedSeconds }: Moment): Promise<number> => {
    const sound = keeper.lastUpTo(record.lastSound);
    const end = (because: string): AppError => new AppError(why.code, `${why.text} ${because}`);
    if (record.rollBacks >= mostRollBacks)
      throw end(
        `It went back ${String(mostRollBacks)} times already, each time at half the learning rate, and does not again. Train anew with other settings: a larger batch, more scans, or another model.`,
      );
    if (sound === null)
      throw end('There is no checkpoint of before to go back to. Train anew with a lower learning rate.');
    const { health } = await restoreCheckpoint(model, join(request.checkpointsDir, sound.id), 'run');
    const before = record;
    const [rollBacks, rateScale] = [before.rollBacks + 1, before.rateScale * rollBackRate];
    record = { ...(health ?? before), collapsedLooks: 0, lastSound: sound.iteration, rollBacks, rateScale };
    slowDown(model, record);
    model.restoreRandom(
      createRandom(request.seed)
        .fork(`roll-back ${String(rollBacks)}`)
        .state(),
    );
    const text = `Went back from iteration ${String(iteration)} to the last sound checkpoint, of iteration ${String(sound.iteration)}, and goes on with ${String(rateScale)} times the learning rate and other random numbers (${String(rollBacks)} of at most ${String(mostRollBacks)} times).`;
    const standings: Readonly<Partial<Record<HealthMeasure, { state: HealthNotice['state'] }>>> = record.standings;
    tell({ iteration, measure: why.measure, state: standings[why.measure]?.state ?? 'good', text });
    for (const [name, { state }] of Object.entries(record.standings)) {
      const measure = name as keyof HealthRecord['standings'];
      if (measure === why.measure || before.standings[measure].state === state) continue;
      tell({ iteration, measure, state, text: restoredText(measure, sound.iteration) });
    }
    await keeper.goBackTo(sound, { elapsedSeconds, health: record }); // who resumes from it has been told
    return sound.iteration;
  };

  return {
    record: () => record,

    begin() {
      for (const optimizer of Object.values(model.optimizers)) optimizer.watchNorm();
    },

    async look(at) {
      const { iteration } = at;
      const scans = await request.guard.spare('A look at how the training fares', () => training.probe());
      const norms = await takeNorms(model);
      if (scans === null) return null;
      const look: Look = { scans, norms };
      request.measured(iteration, healthMetrics(look));
      const before = record;
      const verdict = judgeHealth(look, iteration, before);
      ({ record } = verdict);
      for (const { measure, state } of verdict.changed)
        tell({ iteration, measure, state, text: healthText({ measure, state }, { look, before }) });
      if (!verdict.isCollapsed || action === 'warn') return null;
      const text = `The generator has collapsed: at iteration ${String(iteration)} its scans are nearly copies of one another, for the second time in a row.`;
      if (action === 'roll-back') return goBack({ code: 'collapsed', measure: 'diversity', text }, at);
      throw new AppError('collapsed', `${text} Training has stopped, as asked. ${trainAnew(keeper, record)}`);
    },

    async recover(fault, at) {
      const text = `${fault} at iteration ${String(at.iteration)}.`;
      tell({ iteration: at.iteration, measure: 'losses', state: 'alarm', text: `Losses: ${text} Training cannot go on from here.` }); // prettier-ignore
      if (action === 'roll-back') return goBack({ code: 'non-finite-loss', measure: 'losses', text }, at);
      throw new AppError('non-finite-loss', `${text} ${trainAnew(keeper, record)}`);
    },
  };
}

interface Fault {
  readonly code: ErrorCode;
  readonly measure: HealthMeasure;
  readonly text: string;
}

function trainAnew(keeper: CheckpointKeeper, { lastSound }: HealthRecord): string {
  const sound = keeper.lastUpTo(lastSound);
  const from =
    sound === null
      ? 'There is no good checkpoint of before. Train anew'
      : `The last good checkpoint is ${sound.id} of iteration ${String(sound.iteration)}. Train anew from it (doppel train --from ${sound.id})`;
  return `${from} with a lower learning rate (rate). With --on-collapse roll-back a run does so by itself.`;
}

function slowDown(model: Trainable, { rateScale }: HealthRecord): void {
  for (const optimizer of Object.values(model.optimizers)) optimizer.rateScale = rateScale;
}

async function takeNorms(model: Trainable): Promise<Scalars> {
  const norms: Record<string, number> = {};
  for (const [name, optimizer] of Object.entries(model.optimizers)) {
    const norm = await optimizer.takeNorm();
    if (norm !== null) norms[name] = norm;
  }
  return norms;
}

/** Whether every weight and buffer is finite. */
export async function areWeightsFinite({ networks }: Trainable): Promise<boolean> {
  const all = Object.values(networks).flatMap(({ weights, buffers }) => [
    ...Object.values(weights),
    ...Object.values(buffers),
  ]);
  const sums = tf.tidy(() => tf.stack(all.map((values) => tf.sum(values)))); // one that is not finite spoils the sum
  const values = await sums.data();
  sums.dispose();
  return values.every((value) => Number.isFinite(value));
}
