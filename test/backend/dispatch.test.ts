import { expect, test } from 'vitest';
import type { CommandInput, CommandName } from '#contract/commands.ts';
import { newProject, openBackend } from './openBackend.ts';

/** What a process with other types may send. */
const asInput = (value: unknown) => value as CommandInput<'dataset.import'>;

test('an unknown command is refused with the list of those there are', async () => {
  const reply = await openBackend().dispatch('toString' as CommandName, {});
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringContaining('project.create') as string },
  });
});

test('every fault of an input is named with its field and the value seen', async () => {
  const reply = await openBackend().dispatch(
    'dataset.import',
    asInput({
      project: 'p',
      folder: '/scans',
      name: 'a',
      grid: 4,
      spacingMm: 'big',
      holdout: 0.2,
      seed: 1,
      derivative: null,
      colour: 1,
    }),
  );
  expect(reply).toEqual({
    ok: false,
    error: {
      code: 'usage',
      message:
        'dataset.import: grid: too small: expected number to be >=8 (it is 4); spacingMm: expected "auto" or number (it is "big"); there is no "colour".',
    },
  });
});

test('anything at all may be sent: the reply is an error, never an exception', async () => {
  const { dispatch } = openBackend();
  for (const input of [undefined, null, 3, 'text', [], { project: {} }]) {
    expect(await dispatch('job.list', input as CommandInput<'job.list'>)).toMatchObject({
      ok: false,
      error: { code: 'usage' },
    });
  }
});

test('settings of a model are refused by name, value and range', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const [model] = await backend.call('model.list', {});
  const input = {
    project,
    dataset: 'none',
    modelId: 'alpha-wgan',
    preset: null,
    overrides: {} as Record<string, unknown>,
    until: { iterations: 1 },
    seed: 1,
    previewEvery: null,
    checkpointEvery: null,
  };
  const train = (changes: Partial<typeof input>) => backend.dispatch('model.train', { ...input, ...changes });

  expect(model).toMatchObject({ id: 'alpha-wgan', configSchema: { type: 'object' } });
  expect(await train({ modelId: 'nothing' })).toMatchObject({ ok: false, error: { code: 'usage' } });
  expect(await train({ overrides: { colour: 1 } })).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringContaining('no setting "colour"') as string },
  });
  const [key = ''] =
    Object.entries((model?.configSchema['properties'] ?? {}) as Record<string, { type?: string }>).find(
      ([, property]) => property.type === 'number' || property.type === 'integer',
    ) ?? [];
  const refused = await train({ overrides: { [key]: -1e9 } });
  expect(refused).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringContaining(`${key} may be: `) as string },
  });
  expect(refused).toMatchObject({ error: { message: expect.stringContaining('-1000000000') as string } });
  expect(await train({})).toMatchObject({
    ok: false,
    error: { code: 'not-found', message: expect.stringContaining('dataset') as string },
  });
});
