/** What the form of a new run holds, where it starts from, and what it asks for in the end. */
import type { CheckpointSummary, CommandInput } from '#contract/commands.ts';
import type { CollapseAction } from '#contract/health.ts';
import type { TrainingPlan } from '#contract/plan.ts';
import type { DatasetRecord, ModelDescriptor } from '#contract/records.ts';
import type { TrainingMemory } from '#contract/trainingMemory.ts';
import { canTrain } from '#bridge/modelStore.ts';
import type { Goal } from '#shared/planning/trainingTime.ts';
import { draftOf, faultOf, formFields, overridesOf, type Draft } from './formFields.ts';
import type { TrainJob } from './runSummary.ts';

export interface Setup {
  readonly modelId: string;
  readonly preset: string;
  readonly draft: Draft;
  /** Its name; '' when none is chosen. */
  readonly dataset: string;
  readonly goalKind: 'minutes' | 'iterations';
  /** As typed. */
  readonly goal: string;
  readonly seed: string;
  /** Scans that show whole heads are trained on. */
  readonly allowHeads: boolean;
  readonly onCollapse: CollapseAction;
  /** The checkpoint whose networks it begins with; null: they are drawn. */
  readonly startFrom: string | null;
  /** How a batch is computed; null: as the training finds that it fits. */
  readonly memory: TrainingMemory | null;
  /** By which that was chosen. */
  readonly plan: TrainingPlan | null;
}

const usualMinutes = 30;
const usualSeed = 1;

const presetOf = (model: ModelDescriptor, id: string): Readonly<Record<string, unknown>> =>
  model.presets.find((preset) => preset.id === id)?.config ?? {};

export const presetDraft = (model: ModelDescriptor, preset: string): Draft =>
  draftOf(formFields(model.configSchema), presetOf(model, preset));

/** With which a training of the model can begin; of what was not trained, imported weights alone. */
export const fittingCheckpoints = (
  checkpoints: readonly CheckpointSummary[],
  model: ModelDescriptor | null,
  dataset: DatasetRecord | null,
): readonly CheckpointSummary[] =>
  checkpoints.filter(
    (checkpoint) =>
      checkpoint.modelId === model?.id &&
      checkpoint.grid === dataset?.grid &&
      (checkpoint.iteration > 0 || checkpoint.dataset === null),
  );

/** The default preset on the newest dataset that fits, or the settings of an earlier run. */
export function startSetup(
  models: readonly ModelDescriptor[],
  datasets: readonly DatasetRecord[],
  from: TrainJob | null,
): Setup | null {
  const model = models.find(({ id }) => id === from?.request.modelId) ?? models[0];
  if (model === undefined) return null;
  const newest = datasets.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  if (from === null) {
    const dataset = newest.find((candidate) => canTrain(model, candidate)) ?? newest[0];
    return {
      modelId: model.id,
      preset: model.defaultPreset,
      draft: presetDraft(model, model.defaultPreset),
      dataset: dataset?.name ?? '',
      goalKind: 'minutes',
      goal: String(usualMinutes),
      seed: String(usualSeed),
      allowHeads: false,
      onCollapse: 'warn',
      startFrom: null,
      memory: null,
      plan: null,
    };
  }
  const {
    preset,
    config,
    until,
    seed,
    datasetId,
    onCollapse,
    allowHeads = false,
    startFrom = null,
    memory = null,
  } = from.request;
  const isMinutes = 'minutes' in until;
  return {
    modelId: model.id,
    preset: model.presets.some(({ id }) => id === preset) ? preset : model.defaultPreset,
    draft: draftOf(formFields(model.configSchema), config),
    dataset: datasets.find(({ id }) => id === datasetId)?.name ?? newest[0]?.name ?? '',
    goalKind: isMinutes ? 'minutes' : 'iterations',
    goal: String(isMinutes ? until.minutes : until.iterations),
    seed: String(seed),
    allowHeads,
    onCollapse: onCollapse ?? 'warn',
    startFrom,
    memory,
    plan: null,
  };
}

const numberOf = (text: string): number => (text.trim() === '' ? NaN : Number(text));

export const isGoalGood = ({ goal, goalKind }: Setup): boolean => {
  const value = numberOf(goal);
  return Number.isFinite(value) && value > 0 && (goalKind === 'minutes' || Number.isInteger(value));
};

export const isSeedGood = ({ seed }: Setup): boolean => Number.isSafeInteger(numberOf(seed)) && numberOf(seed) >= 0;

export const mayTrainOn = ({ heads }: DatasetRecord, { allowHeads }: Setup): boolean => heads === 0 || allowHeads;

export const changedSettings = (model: ModelDescriptor, { draft, preset }: Setup) =>
  overridesOf(formFields(model.configSchema), draft, presetOf(model, preset));

export const faultyFields = (model: ModelDescriptor, { draft }: Setup): number =>
  formFields(model.configSchema).filter((field) => faultOf(field, draft) !== null).length;

/** Call it on a setup whose goal is good. */
export function goalOf({ goal, goalKind }: Setup): Goal {
  return goalKind === 'minutes' ? { minutes: numberOf(goal) } : { iterations: numberOf(goal) };
}

/** Call it on a setup whose goal and seed are good. */
export function trainInput(project: string, model: ModelDescriptor, setup: Setup): CommandInput<'model.train'> {
  const { startFrom, memory, plan } = setup;
  return {
    project,
    dataset: setup.dataset,
    modelId: model.id,
    preset: setup.preset,
    overrides: changedSettings(model, setup),
    until: goalOf(setup),
    seed: numberOf(setup.seed),
    previewEvery: null,
    checkpointEvery: null,
    onCollapse: setup.onCollapse,
    ...(startFrom === null ? {} : { startFrom }),
    ...(memory === null ? {} : { memory }),
    ...(plan === null ? {} : { plan }),
    ...(setup.allowHeads ? { allowHeads: true } : {}),
  };
}
