import { expect, test } from 'vitest';
import { openBackend } from '../openBackend.ts';

test('a model that is not there is wrong usage, and those there are get named', async () => {
  const { dispatch } = openBackend();
  const reply = await dispatch('model.train', {
    project: '/nowhere',
    dataset: 'adults',
    modelId: 'dcgan-9',
    preset: null,
    overrides: {},
    until: { iterations: 1 },
    seed: 0,
    previewEvery: null,
    checkpointEvery: null,
  });
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringMatching(/"dcgan-9".*alpha-wgan/) as string },
  });
});
