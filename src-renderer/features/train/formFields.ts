/** From a model's configuration schema (JSON Schema, draft 2020-12) to the fields of a form, and back to values. */
import { z } from 'zod';

export type Value = string | number | boolean;
/** What the fields hold while they are edited; numbers as they were typed. */
export type Draft = Readonly<Record<string, string | boolean>>;

interface FieldBase {
  readonly key: string;
  readonly description: string;
  readonly initial: Value;
}

export interface NumberField extends FieldBase {
  readonly kind: 'number';
  readonly isWhole: boolean;
  readonly low: Bound | null;
  readonly high: Bound | null;
}
export interface ChoiceField extends FieldBase {
  readonly kind: 'choice';
  readonly options: readonly (string | number)[];
}
export interface SwitchField extends FieldBase {
  readonly kind: 'switch';
}
export interface TextField extends FieldBase {
  readonly kind: 'text';
}
export type Field = NumberField | ChoiceField | SwitchField | TextField;

export interface Bound {
  readonly value: number;
  /** Whether the value itself is outside. */
  readonly isOpen: boolean;
}

const option = z.union([z.string(), z.number()]);
const property = z.looseObject({
  type: z.string().optional(),
  description: z.string().default(''),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  enum: z.array(option).optional(),
  anyOf: z.array(z.looseObject({ const: option })).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
});
type Property = z.output<typeof property>;
const objectSchema = z.looseObject({ properties: z.record(z.string(), property).default({}) });

/** Zod bounds whole numbers by what JavaScript can count, which says nothing. */
function boundOf(closed: number | undefined, open: number | undefined): Bound | null {
  const value = open ?? closed;
  if (value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER) return null;
  return { value, isOpen: open !== undefined };
}

function fieldOf(key: string, given: Property): Field | null {
  const { description } = given;
  const options = given.enum ?? given.anyOf?.map((alternative) => alternative.const);
  const [first] = options ?? [];
  if (options !== undefined && first !== undefined)
    return { kind: 'choice', key, description, options, initial: given.default ?? first };
  if (given.type === 'boolean') return { kind: 'switch', key, description, initial: given.default ?? false };
  if (given.type === 'string') return { kind: 'text', key, description, initial: given.default ?? '' };
  if (given.type !== 'number' && given.type !== 'integer') return null;
  const low = boundOf(given.minimum, given.exclusiveMinimum);
  const high = boundOf(given.maximum, given.exclusiveMaximum);
  const initial = given.default ?? low?.value ?? 0;
  return { kind: 'number', key, description, isWhole: given.type === 'integer', low, high, initial };
}

/** In the order of the schema; a property that no field can show is left to its default. Throws on what is no schema. */
export function formFields(configSchema: unknown): readonly Field[] {
  const { properties } = objectSchema.parse(configSchema);
  return Object.entries(properties).flatMap(([key, given]) => fieldOf(key, given) ?? []);
}

/** The defaults with `config` over them. */
export function draftOf(fields: readonly Field[], config: Readonly<Record<string, unknown>>): Draft {
  return Object.fromEntries(
    fields.map(({ key, kind, initial }) => {
      const value = config[key] ?? initial;
      const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
      return [key, kind === 'switch' ? value === true : text];
    }),
  );
}

/** What the draft says for a field; null where it cannot be read. */
export function valueOf(field: Field, draft: Draft): Value | null {
  const held = draft[field.key];
  switch (field.kind) {
    case 'switch':
      return held === true;
    case 'choice':
      return field.options.find((candidate) => String(candidate) === held) ?? null;
    case 'text':
      return String(held ?? '').trim();
    case 'number': {
      const text = String(held ?? '').trim();
      const number = text === '' ? NaN : Number(text);
      return Number.isFinite(number) ? number : null;
    }
  }
}

/** What is wrong with a field, as a key of `train.fault.*` and its numbers. */
export interface Fault {
  readonly key: 'number' | 'whole' | 'atLeast' | 'above' | 'atMost' | 'below' | 'choice';
  readonly bound: number;
}

export function faultOf(field: Field, draft: Draft): Fault | null {
  const value = valueOf(field, draft);
  if (field.kind === 'switch' || field.kind === 'text') return null;
  if (field.kind === 'choice') return value === null ? { key: 'choice', bound: 0 } : null;
  if (typeof value !== 'number') return { key: 'number', bound: 0 };
  if (field.isWhole && !Number.isInteger(value)) return { key: 'whole', bound: 0 };
  const { low, high } = field;
  if (low !== null && (low.isOpen ? value <= low.value : value < low.value))
    return { key: low.isOpen ? 'above' : 'atLeast', bound: low.value };
  if (high !== null && (high.isOpen ? value >= high.value : value > high.value))
    return { key: high.isOpen ? 'below' : 'atMost', bound: high.value };
  return null;
}

/** Where the draft differs from the preset: what `model.train` takes as overrides. Fields at fault are left out. */
export function overridesOf(
  fields: readonly Field[],
  draft: Draft,
  preset: Readonly<Record<string, unknown>>,
): Record<string, Value> {
  const base = draftOf(fields, preset);
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = valueOf(field, draft);
      return value === null || value === valueOf(field, base) ? [] : [[field.key, value]];
    }),
  );
}
