/** A model's configuration from a preset and the user's own values, checked by the model's schema. */
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { describeFaults } from '../validation.ts';
import type { ModelEntry } from './loadRegistry.ts';

/** The part of JSON Schema that says what a value may be. */
const propertySchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.looseObject({ const: z.unknown() })).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
});
const objectSchema = z.looseObject({ properties: z.record(z.string(), propertySchema).default({}) });

/** The schema as JSON Schema, for forms and messages. */
export function describeSchema(entry: ModelEntry): Record<string, unknown> {
  return { ...z.toJSONSchema(entry.configSchema, { io: 'input' }) };
}

function describeRange(property: z.infer<typeof propertySchema>): string {
  const values = property.enum ?? property.anyOf?.map((alternative) => alternative.const);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(', ');
  const low = property.exclusiveMinimum === undefined ? property.minimum : `above ${String(property.exclusiveMinimum)}`;
  const high =
    property.exclusiveMaximum === undefined ? property.maximum : `below ${String(property.exclusiveMaximum)}`;
  // Zod bounds whole numbers by what JavaScript can count, which says nothing.
  const shown = [low, high].map((bound) =>
    typeof bound === 'number' && Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound,
  );
  const [from, to] = shown;
  const type = property.type ?? 'any value';
  if (from === undefined && to === undefined) return type;
  if (to === undefined) return `${type}, ${typeof from === 'number' ? 'at least ' : ''}${String(from)}`;
  if (from === undefined) return `${type}, ${typeof to === 'number' ? 'at most ' : ''}${String(to)}`;
  return `${type}, ${String(from)} to ${String(to)}`;
}

interface ConfigRequest {
  /** Null: the model's default. */
  readonly preset: string | null;
  readonly overrides: Readonly<Record<string, unknown>>;
}

export interface ParsedConfig {
  readonly preset: string;
  /** Complete: every default is filled in. */
  readonly config: Record<string, unknown>;
}

/** Throws `usage` naming the key, the value seen and what is allowed. */
export function parseConfig(entry: ModelEntry, request: ConfigRequest): ParsedConfig {
  const presetId = request.preset ?? entry.defaultPreset;
  const preset = entry.presets.find((candidate) => candidate.id === presetId);
  if (preset === undefined) {
    throw new AppError(
      'usage',
      `${entry.id} has no preset "${presetId}". It has: ${entry.presets.map(({ id }) => id).join(', ')}.`,
    );
  }
  const { properties } = objectSchema.parse(describeSchema(entry));
  const unknown = Object.keys(request.overrides).filter((key) => !Object.hasOwn(properties, key));
  if (unknown.length > 0) {
    throw new AppError(
      'usage',
      `${entry.id} has no setting "${unknown.join('", "')}". It has: ${Object.keys(properties).join(', ')}.`,
    );
  }
  const input = { ...preset.config, ...request.overrides };
  const parsed = entry.configSchema.safeParse(input);
  if (!parsed.success) {
    const keys = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? '')))];
    const allowed = keys.flatMap((key) => {
      const property = properties[key];
      return property === undefined ? [] : [`${key} may be: ${describeRange(property)}`];
    });
    throw new AppError('usage', [`${entry.id}: ${describeFaults(parsed.error, input)}`, ...allowed].join('. ') + '.');
  }
  return { preset: presetId, config: z.record(z.string(), z.unknown()).parse(parsed.data) };
}
