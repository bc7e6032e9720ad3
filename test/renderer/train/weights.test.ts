/** Weights from elsewhere on the Train page: the form, the dialog with its job, and a training that begins with a checkpoint. */
import { DOMWrapper, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { expect, test, vi } from 'vitest';
import type { CheckpointSummary } from '#contract/commands.ts';
import type { DatasetRecord, ModelDescriptor } from '#contract/records.ts';
import { i18n } from '../../../src-renderer/i18n.ts';
import BeginRow from '../../../src-renderer/features/train/BeginRow.vue';
import ImportWeights from '../../../src-renderer/features/train/ImportWeights.vue';
import { fittingCheckpoints } from '../../../src-renderer/features/train/setupState.ts';
import { emptyForm, weightsInput } from '../../../src-renderer/features/train/weightsForm.ts';
import { exampleJob } from '../exampleProject.ts';
import { installFakeBridge } from '../fakeBridge.ts';

const model: ModelDescriptor = {
  id: 'ha-gan',
  kind: 'generator',
  title: 'HA-GAN',
  purpose: '',
  citation: '',
  differences: [],
  grids: [64, 128],
  presets: [{ id: 'sun', title: 'Sun', config: { latent: 1024, condition: '' } }],
  defaultPreset: 'sun',
  configSchema: {
    properties: { latent: { type: 'integer', default: 1024, minimum: 1 }, condition: { type: 'string', default: '' } },
  },
};
const form = { ...emptyForm(model), file: '/weights/G.pth' };

test('a form becomes a request; what is wrong or missing asks for nothing', () => {
  const plain = { file: '/weights/G.pth', modelId: 'ha-gan', preset: 'sun', overrides: {}, grid: null, network: null };
  expect(weightsInput('/p', model, form)).toEqual({ project: '/p', ...plain, dataset: null, seed: 1 });
  const draft = { ...form.draft, latent: '64' };
  expect(weightsInput('/p', model, { ...form, draft, grid: 128, classes: ' f, m' })).toMatchObject({
    overrides: { latent: 64 },
    grid: 128,
    classes: ['f', 'm'],
  });
  for (const wrong of [
    { file: null },
    { classes: 'f' },
    { classes: 'f,,m' },
    { classes: 'f,f' },
    { draft: { ...form.draft, latent: '0' } },
    { draft: { ...form.draft, condition: 'sex' } }, // which classes its values are is not known
  ])
    expect(weightsInput('/p', model, { ...form, ...wrong })).toBeNull();
});

test('the dialog takes the file from the shell, follows the import and says what was found', async () => {
  const bridge = installFakeBridge();
  const config = { latent: 1024, condition: '' };
  const common = { modelId: 'ha-gan', config, grid: null, network: null, datasetId: null, seed: 1 };
  const job = exampleJob({
    id: 'w',
    kind: 'weights-import',
    request: { kind: 'weights-import', file: '/weights/G.pth', ...common },
    state: 'succeeded',
    progress: null,
  });
  bridge.answer('shell.chooseFile', () => '/weights/G.pth');
  bridge.answer('checkpoint.importWeights', () => job);
  bridge.answer('job.show', () => ({
    job,
    losses: {},
    checkpoints: [],
    artifacts: [],
    files: [{ path: 'G.pth', status: 'imported', code: 'ok', reason: 'Read as the generator of ha-gan at 128³.' }],
    health: [],
  }));
  const dialog = mount(ImportWeights, {
    global: { plugins: [i18n, createPinia()], stubs: ['RouterLink'] },
    props: { project: '/p', models: [model], datasets: [] },
  });
  await dialog.get('button').trigger('click');
  const body = new DOMWrapper(document.body);
  await vi.waitFor(() => expect(body.find('#weights-import').exists()).toBe(true));
  expect(body.text()).toContain('none chosen');
  await body.get('#weights-import .file button').trigger('click');
  await vi.waitFor(() => expect(body.text()).toContain('G.pth'));
  await body.get('#weights-import').trigger('submit');
  await vi.waitFor(() => expect(body.text()).toContain('Read as the generator of ha-gan at 128³.'));
  expect(bridge.calls.find(({ name }) => name === 'checkpoint.importWeights')?.input).toMatchObject({
    file: '/weights/G.pth',
    modelId: 'ha-gan',
  });
  dialog.unmount();
});

const checkpoint = (id: string, changes: Partial<CheckpointSummary>): CheckpointSummary => ({
  id,
  jobId: 'run',
  iteration: 100,
  path: `checkpoints/${id}`,
  sha256: 'ab'.repeat(32),
  bytes: 1,
  milestone: true,
  createdAt: '2026-11-21T10:00:00.000Z',
  modelId: 'ha-gan',
  kind: 'generator',
  dataset: 'adults',
  grid: 64,
  hasTruncation: true,
  previewId: null,
  trainedOn: null,
  condition: null,
  ...changes,
});

test('a training begins with a checkpoint of its model and grid, trained or imported', () => {
  const all = [
    checkpoint('trained', {}),
    checkpoint('untrained', { iteration: 0 }),
    checkpoint('imported', { iteration: 0, dataset: null }),
    checkpoint('finer', { grid: 128 }),
    checkpoint('other', { modelId: 'vae' }),
  ];
  const found = fittingCheckpoints(all, model, { grid: 64 } as DatasetRecord);
  expect(found.map(({ id }) => id)).toEqual(['trained', 'imported']);
});

test('the row offers drawn networks and what fits, and says when there is nothing or the chosen one is gone', async () => {
  const row = mount(BeginRow, {
    global: { plugins: [i18n] },
    props: { checkpoints: [checkpoint('c', {})], isMissing: false, side: 64, modelValue: null },
  });
  expect(row.findAll('option').map((option) => option.text())[0]).toBe('networks drawn from the seed');
  await row.get('select').setValue('c');
  expect(row.emitted('update:modelValue')).toEqual([['c']]);
  await row.setProps({ modelValue: 'c' });
  await row.get('select').setValue('');
  expect(row.emitted('update:modelValue')?.at(-1)).toEqual([null]);
  await row.setProps({ checkpoints: [], modelValue: null });
  expect(row.text()).toContain('no checkpoint of this model at 64³');
  await row.setProps({ modelValue: 'gone', isMissing: true });
  expect(row.get('[role=alert]').text()).toContain('no longer in the project');
  expect(row.get<HTMLSelectElement>('select').element.value).toBe('gone');
});
