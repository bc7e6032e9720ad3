/** What the form of a new study holds, what is wrong with it, and what it asks for. */
import type { CommandInput } from '#contract/commands.ts';
import { studyReader, type StudyDesign, type StudyTool } from '#contract/studies.ts';

export const steps = ['question', 'scans', 'numbers', 'readers'] as const;
export type Step = (typeof steps)[number];

export interface ReaderForm {
  readonly name: string;
  readonly role: string;
  readonly years: number | null;
  readonly pin: string;
}

export interface DesignForm {
  readonly name: string;
  readonly protocol: StudyDesign['protocol'];
  readonly realism: boolean;
  readonly tools: readonly StudyTool[];
  readonly timeLimitSeconds: number | null;
  readonly dataset: string;
  readonly split: StudyDesign['real']['split'];
  /** Ids of syntheses of the project. */
  readonly syntheses: readonly string[];
  /** Absolute folders of others. */
  readonly folders: readonly string[];
  readonly trials: number;
  readonly repeats: number;
  readonly practice: number;
  readonly margin: number;
  readonly seed: number;
  /** Of right answers of two readers to one scan: for the power alone. */
  readonly correlation: number;
  readonly readers: readonly ReaderForm[];
}

/** A set of synthetic scans that the project made: a job. */
export interface Synthesis {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly count: number;
  /** Its title. */
  readonly model: string;
}

export const emptyReader: ReaderForm = { name: '', role: '', years: null, pin: '' };

export function newForm(dataset: string): DesignForm {
  return {
    name: '',
    protocol: 'single',
    realism: false,
    tools: ['scroll', 'window', 'zoom'],
    timeLimitSeconds: null,
    dataset,
    split: 'heldout',
    syntheses: [],
    folders: [],
    trials: 40,
    repeats: 4,
    practice: 4,
    margin: 0.1,
    seed: 1,
    correlation: 0.1,
    readers: [emptyReader],
  };
}

export interface Counts {
  readonly real: number;
  /** null: folders were chosen, whose scans are counted when the study is made. */
  readonly synthetic: number | null;
}

/** How many scans of each kind the trials and the practice take. */
export function neededScans({
  protocol,
  trials,
  practice,
}: DesignForm): Required<Record<'real' | 'synthetic', number>> {
  if (protocol === 'pair') return { real: trials + practice, synthetic: trials + practice };
  return {
    real: Math.ceil(trials / 2) + Math.ceil(practice / 2),
    synthetic: Math.floor(trials / 2) + Math.floor(practice / 2),
  };
}

export function tooFew(form: DesignForm, there: Counts): readonly ('real' | 'synthetic')[] {
  const needed = neededScans(form);
  return [
    ...(there.real < needed.real ? (['real'] as const) : []),
    ...(there.synthetic !== null && there.synthetic < needed.synthetic ? (['synthetic'] as const) : []),
  ];
}

export type Fault = 'name' | 'synthetic' | 'dataset' | 'repeats' | 'readers' | 'pins' | 'scans';
interface Known {
  readonly there: Counts;
  /** Of the studies there are. */
  readonly names: readonly string[];
}

const isPin = (pin: string): boolean => pin === '' || /^\d{4,12}$/.test(pin);
const isNameTaken = (name: string, names: readonly string[]): boolean =>
  names.some((other) => other.toLowerCase() === name.trim().toLowerCase());

function areNamesGood(readers: readonly ReaderForm[]): boolean {
  const names = readers.map(({ name }) => name.trim().toLowerCase());
  return (
    names.length > 0 &&
    new Set(names).size === names.length &&
    names.every((name) => studyReader.shape.name.safeParse(name).success)
  );
}

/** The first thing that a step still lacks; null: nothing. */
export function faultOf(step: Step, form: DesignForm, { there, names }: Known): Fault | null {
  switch (step) {
    case 'question':
      return form.name.trim() === '' || isNameTaken(form.name, names) ? 'name' : null;
    case 'scans':
      if (form.dataset === '') return 'dataset';
      return form.syntheses.length + form.folders.length === 0 ? 'synthetic' : null;
    case 'numbers':
      if (form.repeats >= form.trials) return 'repeats';
      return tooFew(form, there).length > 0 ? 'scans' : null;
    case 'readers':
      if (!areNamesGood(form.readers)) return 'readers';
      return form.readers.every(({ pin }) => isPin(pin)) ? null : 'pins';
  }
}

export function createInput(project: string, form: DesignForm): CommandInput<'study.create'> {
  const { protocol, realism, trials, repeats, practice, timeLimitSeconds, margin, seed } = form;
  return {
    project,
    design: {
      name: form.name.trim(),
      real: { dataset: form.dataset, split: form.split },
      synthetic: [...form.syntheses, ...form.folders],
      protocol,
      realism,
      trials,
      repeats,
      practice,
      timeLimitSeconds,
      tools: [...form.tools],
      margin,
      seed,
    },
    readers: form.readers.map(({ name, role, years, pin }) => ({
      name: name.trim(),
      role: role.trim(),
      years,
      pin: pin === '' ? null : pin,
    })),
  };
}
