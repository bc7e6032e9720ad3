/** What the form of imported weights holds, as typed, and what it asks for. */
import type { CommandInput } from '#contract/commands.ts';
import type { ModelDescriptor } from '#contract/records.ts';
import { classNames } from '#shared/condition.ts';
import { faultOf, formFields, overridesOf, type Draft } from './formFields.ts';
import { presetDraft } from './setupState.ts';

export interface WeightsForm {
  /** Absolute; null: not chosen yet. */
  readonly file: string | null;
  readonly modelId: string;
  readonly preset: string;
  readonly draft: Draft;
  /** Voxels a side; 0: as the file says. */
  readonly grid: number;
  /** Whose space and intensities its scans are to have; '' for none. */
  readonly dataset: string;
  /** In the order of the network, between commas; '' for one that is not conditional. */
  readonly classes: string;
  /** Which one the file holds; '' where it is found by its names. */
  readonly network: string;
}

const seed = 1; // of the networks that the file does not hold

/** The models whose weights can be imported; null: none is known. */
export function generatorsOf(
  models: readonly ModelDescriptor[],
): readonly [ModelDescriptor, ...ModelDescriptor[]] | null {
  const [first, ...others] = models.filter(({ kind }) => kind === 'generator');
  return first === undefined ? null : [first, ...others];
}

export const emptyForm = (model: ModelDescriptor): WeightsForm => ({
  file: null,
  modelId: model.id,
  preset: model.defaultPreset,
  draft: presetDraft(model, model.defaultPreset),
  grid: 0,
  dataset: '',
  classes: '',
  network: '',
});

export const canBeConditional = ({ configSchema }: ModelDescriptor): boolean =>
  formFields(configSchema).some(({ key }) => key === 'condition');

/** null: none are named. */
const classesOf = ({ classes }: WeightsForm): string[] | null =>
  classes.trim() === '' ? null : classes.split(',').map((name) => name.trim());

/** Classes that are no list of names, or a column without them. */
export function areClassesGood(form: WeightsForm): boolean {
  const classes = classesOf(form);
  return classes === null ? (form.draft['condition'] ?? '') === '' : classNames.safeParse(classes).success;
}

/** Null while something is missing or wrong. */
export function weightsInput(
  project: string,
  model: ModelDescriptor,
  form: WeightsForm,
): CommandInput<'checkpoint.importWeights'> | null {
  const { file, preset, draft, grid, dataset, network } = form;
  const fields = formFields(model.configSchema);
  if (file === null || !areClassesGood(form) || fields.some((field) => faultOf(field, draft) !== null)) return null;
  const classes = classesOf(form);
  return {
    project,
    file,
    modelId: model.id,
    preset,
    overrides: overridesOf(fields, draft, model.presets.find(({ id }) => id === preset)?.config ?? {}),
    grid: grid === 0 ? null : grid,
    network: network.trim() === '' ? null : network.trim(),
    dataset: dataset === '' ? null : dataset,
    ...(classes === null ? {} : { classes }),
    seed,
  };
}
