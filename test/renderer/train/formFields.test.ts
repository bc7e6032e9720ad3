import { expect, test } from 'vitest';
import {
  draftOf,
  faultOf,
  formFields,
  overridesOf,
  valueOf,
  type Field,
} from '../../../src-renderer/features/train/formFields.ts';
import { describeSchema } from '#backend/models/parseConfig.ts';
import { registry } from '#models/registry.ts';

const schema = {
  properties: {
    variant: { type: 'string', enum: ['a', 'b'], default: 'b', description: 'Which' },
    width: {
      default: 512,
      anyOf: [
        { type: 'number', const: 256 },
        { type: 'number', const: 512 },
      ],
    },
    batch: { type: 'integer', minimum: 1, maximum: 64, default: 4 },
    rate: { type: 'number', exclusiveMinimum: 0, maximum: 0.1, default: 0.0002 },
    augment: { type: 'boolean', default: false },
    table: { type: 'object' },
    count: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991, default: 1 },
  },
};
const fields = formFields(schema);
const field = (key: string): Field => fields.find((candidate) => candidate.key === key) as Field;

test('every property that a field can show becomes one, in the order of the schema', () => {
  expect(fields.map(({ key, kind }) => [key, kind])).toEqual([
    ['variant', 'choice'],
    ['width', 'choice'],
    ['batch', 'number'],
    ['rate', 'number'],
    ['augment', 'switch'],
    ['count', 'number'],
  ]);
  expect(field('count')).toMatchObject({ low: null, high: null });
  expect(field('rate')).toMatchObject({ low: { value: 0, isOpen: true }, high: { value: 0.1, isOpen: false } });
});

test('every setting of every model has a field, and its defaults have no fault', () => {
  for (const entry of registry) {
    const described = describeSchema(entry);
    const all = formFields(described);
    expect(all.map(({ key }) => key)).toEqual(Object.keys(described['properties'] as object));
    for (const preset of entry.presets) {
      const draft = draftOf(all, preset.config);
      expect(all.flatMap((one) => faultOf(one, draft) ?? [])).toEqual([]);
      const values = Object.fromEntries(all.map((one) => [one.key, valueOf(one, draft)]));
      expect(values).toEqual(entry.configSchema.parse(preset.config));
    }
  }
});

test.each([
  ['batch', '', 'number'],
  ['batch', 'many', 'number'],
  ['batch', '2.5', 'whole'],
  ['batch', '0', 'atLeast'],
  ['batch', '65', 'atMost'],
  ['rate', '0', 'above'],
  ['rate', '0.2', 'atMost'],
  ['rate', '1e-4', null],
  ['variant', 'c', 'choice'],
])('%s = "%s" is judged: %s', (key, text, fault) => {
  expect(faultOf(field(key), { ...draftOf(fields, {}), [key]: text })?.key ?? null).toBe(fault);
});

test('only what differs from the preset is sent', () => {
  const preset = { batch: 8, augment: true };
  const draft = draftOf(fields, preset);
  expect(overridesOf(fields, draft, preset)).toEqual({});
  expect(overridesOf(fields, { ...draft, batch: ' 4 ', width: '256', augment: false }, preset)).toEqual({
    width: 256,
    batch: 4,
    augment: false,
  });
});
