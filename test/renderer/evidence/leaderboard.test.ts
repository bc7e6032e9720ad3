/** The leaderboard: what it shows, what it says while there is nothing to show, and what a comparison asks for. */
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia, type Pinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import type { Leaderboard } from '#contract/commands.ts';
import type { Figure } from '#contract/evidence/figure.ts';
import type { LeaderboardReport, LeaderboardTraining } from '#contract/evidence/leaderboard.ts';
import type { Job } from '#contract/jobs.ts';
import type { DatasetRecord, ModelDescriptor } from '#contract/records.ts';
import { useProject } from '../../../src-renderer/bridge/projectStore.ts';
import LeaderboardView from '../../../src-renderer/features/evidence/leaderboard/LeaderboardView.vue';
import { i18n } from '../../../src-renderer/i18n.ts';
import { exampleJob, exampleProject } from '../exampleProject.ts';
import { installFakeBridge, type FakeBridge } from '../fakeBridge.ts';

const dataset: DatasetRecord = {
  id: 'd',
  name: 'adults',
  grid: 64,
  spacingMm: 2,
  fingerprint: 'f',
  seed: 1,
  holdout: 0.2,
  volumes: 20,
  train: 16,
  heldout: 4,
  heads: 0,
  createdAt: '2026-11-21T10:00:00.000Z',
};
const model = (id: string, title: string, changes: Partial<ModelDescriptor> = {}): ModelDescriptor => ({
  id,
  kind: 'generator',
  title,
  purpose: '',
  citation: '',
  differences: [],
  grids: null,
  presets: [{ id: 'look', title: 'First look', config: {} }],
  defaultPreset: 'look',
  configSchema: {},
  ...changes,
});
const models = [
  model('alpha-wgan', 'α-WGAN'),
  model('ha-gan', 'HA-GAN', { grids: [64, 128] }),
  model('hagan-256', 'HA-GAN 256', { grids: [256] }),
  model('sr', 'ESRGAN', { kind: 'super-resolution' }),
];

const training = (modelId: string, changes: Partial<LeaderboardTraining> = {}): LeaderboardTraining => ({
  job: `t-${modelId}`,
  modelId,
  preset: 'look',
  seed: 1,
  until: { minutes: 15 },
  iterations: 1200,
  seconds: 900,
  device: 'CPU',
  isWhole: true,
  isContinued: false,
  fingerprint: 'f',
  checkpoint: `c-${modelId}`,
  checkpointSha256: 'ab',
  ...changes,
});
const figure = (value: number): Figure => ({ value, low: null, high: null, n: { real: 4, synthetic: 48 } });
const measures = (mmd: number) => [
  { name: 'mmdRbf' as const, extractor: 'learned', figure: figure(mmd), p: 0.0001 },
  { name: 'mmdRbf' as const, extractor: 'random', figure: figure(2 * mmd), p: null },
  { name: 'recall' as const, extractor: 'learned', figure: figure(0.25), p: null },
  { name: 'msSsimGap' as const, extractor: null, figure: figure(0.01), p: null },
];
const yardsticks = { real: null, floor: figure(0.001), meanBrain: figure(0.9), pcaGaussian: figure(0.1) };
const extractorOf = (name: string) => ({ name, sha256: 'cd'.repeat(32), length: 512, words: 'A network.' });
const report: LeaderboardReport = {
  format: 1,
  createdAt: '2026-11-21T10:00:00.000Z',
  doppel: '0.1.0',
  engine: 'tensorflow-cpu',
  device: 'CPU',
  dataset: { name: 'adults', fingerprint: 'f', grid: 64, spacingMm: 2, train: 16, heldout: 4 },
  split: 'held-out scans of the dataset "adults", which nobody trained on',
  count: 48,
  seed: 1,
  extractors: [extractorOf('learned'), extractorOf('random')],
  rankedBy: { name: 'mmdRbf', extractor: 'learned' },
  references: [
    { name: 'mmdRbf', extractor: 'learned', ...yardsticks },
    { name: 'mmdRbf', extractor: 'random', ...yardsticks },
    { name: 'recall', extractor: 'learned', ...yardsticks },
    { name: 'msSsimGap', extractor: null, ...yardsticks, floor: null, real: figure(0) },
  ],
  groups: [
    {
      words: '15 minutes of training, on CPU.',
      rows: [
        { ...training('ha-gan'), measures: measures(0.2) },
        { ...training('alpha-wgan'), measures: measures(0.4) },
        { ...training('alpha-wgan', { seconds: null }), measures: measures(0.5) },
      ],
    },
    {
      words: '100 iterations, on CPU.',
      rows: [{ ...training('alpha-wgan', { until: { iterations: 100 } }), measures: measures(0.6) }],
    },
  ],
  notes: ['There are 4 held-out scans: intervals are wide.'],
};
const nothing: Leaderboard = { measured: null, unmeasured: [] };
const path = '/p';
const trainingJob = (id: string, modelId: string, changes: Partial<Job> = {}): Job =>
  exampleJob({
    id,
    kind: 'train',
    state: 'queued',
    progress: null,
    request: {
      kind: 'train',
      datasetId: 'd',
      modelId,
      preset: 'look',
      config: {},
      until: { minutes: 20 },
      seed: 1,
      previewEvery: null,
      checkpointEvery: null,
      onCollapse: 'warn',
    },
    ...changes,
  });
const measurement = exampleJob({
  id: 'm',
  kind: 'leaderboard',
  state: 'queued',
  progress: null,
  request: { kind: 'leaderboard', datasetId: 'd', count: 48, seed: 1 },
});

let bridge: FakeBridge;
let pinia: Pinia;
let board: Leaderboard;
let jobs: readonly Job[];
beforeEach(async () => {
  bridge = installFakeBridge();
  board = nothing;
  jobs = [];
  bridge.answer('shell.settings', () => ({}));
  bridge.answer('shell.changeSettings', () => ({}));
  bridge.answer('model.list', () => models);
  bridge.answer('job.list', () => jobs);
  bridge.answer('project.show', () => exampleProject(path));
  bridge.answer('leaderboard.show', () => board);
  pinia = createPinia();
  setActivePinia(pinia);
  await useProject().open(path);
});
const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/', name: 'data', component: { template: '<div />' } }],
});
const shown = (datasets: readonly DatasetRecord[] = [dataset]): VueWrapper =>
  mount(LeaderboardView, {
    global: { plugins: [i18n, pinia, router], stubs: { teleport: true, transition: true } },
    props: { project: path, datasets },
  });
const button = (page: VueWrapper, words: string) => page.findAll('button').find((each) => each.text() === words);
const rowsOf = (page: VueWrapper) =>
  page.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()));

test('without a dataset or a training it says what to do next', async () => {
  const empty = shown([]);
  expect(empty.text()).toContain('There is no dataset to compare models on');
  expect(empty.get('a').text()).toBe('Go to Data');
  const page = shown();
  await vi.waitFor(() => expect(page.text()).toContain('No model was trained on this dataset yet'));
  expect(button(page, 'Compare models…')).toBeDefined();
});

test('trainings stand in groups that may be compared, with floor and baselines below, by one extractor', async () => {
  board = { measured: { job: 'm', jsonId: 'j', report }, unmeasured: [] };
  const page = shown();
  await vi.waitFor(() => expect(page.text()).toContain('HA-GAN · First look · seed 1'));
  expect(page.findAll('caption').map((each) => each.text())).toEqual(report.groups.map(({ words }) => words));
  expect(rowsOf(page).slice(0, 6)).toEqual([
    ['HA-GAN · First look · seed 1', '1,200', '15 min 0 s', '0.2000, p < 0.001', '0.0100'],
    ['α-WGAN · First look · seed 1', '1,200', '15 min 0 s', '0.4000, p < 0.001', '0.0100'],
    ['α-WGAN · First look · seed 1 (2)', '1,200', '–', '0.5000, p < 0.001', '0.0100'],
    ['Floor: halves of the real scans', '', '', '0.0010', '0.0000 (real)'],
    ['Mean brain', '', '', '0.9000', '0.9000'],
    ['PCA–Gaussian', '', '', '0.1000', '0.1000'],
  ]);
  expect(page.text()).toContain('There are 4 held-out scans');
  expect(page.text()).toContain('learned: A network. 512 features, SHA-256 cdcd');

  await page.get('#leaderboard-features').setValue('random');
  expect(rowsOf(page)[0]?.[3]).toBe('0.4000');
  await page.get('#leaderboard-features').setValue('learned');
  await page.get('input[type=checkbox]').setValue(true);
  expect(rowsOf(page)[0]).toContain('0.250');
});

test('what was trained since is named, and measured with one click', async () => {
  board = { measured: { job: 'm', jsonId: 'j', report }, unmeasured: [training('ha-gan', { seed: 2 })] };
  bridge.answer('leaderboard.run', () => ({ trainings: [], measurement }));
  const page = shown([{ ...dataset, fingerprint: 'other' }]);
  await vi.waitFor(() => expect(page.text()).toContain('not in the table yet: HA-GAN · First look · seed 2'));
  expect(page.text()).toContain('Scans were taken out of this dataset');
  jobs = [measurement];
  await button(page, 'Measure it')?.trigger('click');
  await vi.waitFor(() => expect(page.text()).toContain('Measuring all trainings'));
  expect(bridge.calls.find(({ name }) => name === 'leaderboard.run')?.input).toMatchObject({ models: [], count: 48 });
});

test('a comparison says how long it takes before it begins, shows how far it is, and stops from its end', async () => {
  bridge.answer('leaderboard.run', () => ({ trainings: [trainingJob('a', 'alpha-wgan'), trainingJob('h', 'ha-gan')], measurement })); // prettier-ignore
  const page = shown([{ ...dataset, heads: 3 }]);
  await vi.waitFor(() => expect(page.text()).toContain('No model was trained'));
  await button(page, 'Compare models…')?.trigger('click');
  const dialog = page.get('#compare-models');
  const action = () => button(page, 'Train and measure');
  await dialog.get('#compare-minutes').setValue('20');
  expect(dialog.text()).toContain('2 models for 20 min each take 40 min 0 s');
  expect(dialog.text()).toContain('HA-GAN 256 not at 64³');
  expect(dialog.text()).not.toContain('ESRGAN');
  expect(action()?.attributes('disabled')).toBeDefined();
  await dialog.get('.warning input').setValue(true);
  expect(action()?.attributes('disabled')).toBeUndefined();
  expect(bridge.calls.map(({ name }) => name)).not.toContain('leaderboard.run');

  const progress = { done: 5, total: 20, unit: 'seconds' as const, secondsLeft: 300, note: '' };
  jobs = [trainingJob('a', 'alpha-wgan', { state: 'running', progress }), trainingJob('h', 'ha-gan'), measurement];
  await dialog.trigger('submit');
  await vi.waitFor(() => expect(page.text()).toContain('About 25 min 0 s of training left'));
  expect(bridge.calls.find(({ name }) => name === 'leaderboard.run')?.input).toEqual({
    project: path,
    dataset: 'adults',
    models: ['alpha-wgan', 'ha-gan'],
    until: { minutes: 20 },
    preset: null,
    allowHeads: true,
    count: 48,
    seed: 1,
  });
  expect(page.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25');

  bridge.answer('job.cancel', ({ job }) => ({ ...jobs.find(({ id }) => id === job), state: 'cancelled' }));
  await button(page, 'Stop')?.trigger('click');
  await button(page, 'Stop the comparison')?.trigger('click');
  await vi.waitFor(() => expect(page.find('ol').exists()).toBe(false));
  expect(bridge.calls.filter(({ name }) => name === 'job.cancel').map(({ input }) => input)).toEqual(
    ['m', 'h', 'a'].map((job) => ({ project: path, job })),
  );
});
