/** The latent space in the window: places and paths, the session behind the slider, and what is said of a fit. */
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import { useProject } from '#bridge/projectStore.ts';
import { AppError } from '#contract/errors.ts';
import type { LatentFit, LatentPlace } from '#contract/latent.ts';
import type { EncodingDetail, LatentView } from '#contract/latentCommands.ts';
import DirectionControls from '../../../src-renderer/features/latent/DirectionControls.vue';
import LatentPage from '../../../src-renderer/features/latent/LatentPage.vue';
import { pathOf, placeOf, type Walk } from '../../../src-renderer/features/latent/places.ts';
import { useLatentSession } from '../../../src-renderer/features/latent/useLatentSession.ts';
import { i18n } from '../../../src-renderer/i18n.ts';
import { exampleProject } from '../exampleProject.ts';
import { installFakeBridge, type FakeBridge } from '../fakeBridge.ts';

const walk: Walk = { kind: 'direction', fit: 'f', start: '', sd: 1.5, from: 'a', to: 'b', share: 0.25 };
const fit: LatentFit = {
  encoding: 'e',
  checkpoint: 'c',
  dataset: 'adults',
  column: 'ventricle_percent',
  kinds: null,
  scans: 20,
  subjects: 20,
  leftOut: 0,
  folds: { outer: 5, inner: 4 },
  penalties: [1],
  penalty: 1,
  score: { name: 'R²', value: 0.61, low: 0.3, high: 0.8, p: 0.005, permutations: 199 },
  second: { name: 'r', value: 0.8, low: 0.5, high: 0.9 },
  line: { mean: 3, sd: 1, low: 1, high: 5 },
  fitted: [],
  seed: 1,
};
const detail: EncodingDetail = {
  job: 'e',
  encoding: {
    checkpoint: 'c',
    modelId: 'alpha-wgan',
    dataset: 'adults',
    grid: 16,
    spacingMm: 2,
    latent: 8,
    way: 'encoder',
    steps: null,
    seed: 1,
    scans: [
      { volume: 'a', subject: 'sub-01', session: null, split: 'train', label: null, rmse: 0.1, correlation: 0.9 },
      { volume: 'b', subject: 'sub-02', session: '2', split: 'heldout', label: null, rmse: 0.2, correlation: 0.8 },
    ],
  },
  columns: [
    { name: 'ventricle_percent', kind: 'number', values: [], scans: 20 },
    { name: 'site', kind: 'category', values: ['A', 'B', 'C'], scans: 20 },
  ],
  fits: [{ job: 'f', fit }],
};
const view = (volume: string): LatentView => ({
  volume,
  difference: `${volume}-d`,
  mostDifference: 0.4,
  score: 4.2,
  isBeyond: false,
  seconds: 0.1,
});
const at = (sd: number): LatentPlace => ({ kind: 'direction', fit: 'f', volume: null, sd });

let bridge: FakeBridge;
beforeEach(() => {
  bridge = installFakeBridge();
  setActivePinia(createPinia());
});
const askedFor = (name: string): readonly unknown[] =>
  bridge.calls.filter((asked) => asked.name === name).map(({ input }) => input);

test('the controls stand for a place and a path, or for nothing while something is missing', () => {
  expect(placeOf(walk)).toEqual({ kind: 'direction', fit: 'f', volume: null, sd: 1.5 });
  expect(placeOf({ ...walk, start: 'b' })).toMatchObject({ volume: 'b' });
  expect(placeOf({ ...walk, fit: null })).toBeNull();
  const between: Walk = { ...walk, kind: 'interpolation' };
  expect(placeOf(between)).toEqual({ kind: 'interpolation', from: 'a', to: 'b', share: 0.25 });
  expect(placeOf({ ...between, to: 'a' })).toBeNull();
  expect(pathOf(between, 'e')).toEqual({ kind: 'interpolation', encoding: 'e', from: 'a', to: 'b' });
  expect(pathOf(walk, 'e')).toMatchObject({ kind: 'direction', fit: 'f', low: -4, high: 4 });
});

test('one question at a time is asked; of places that come meanwhile the last one', async () => {
  bridge.answer('latent.open', () => ({ session: 's', encoding: 'e', latent: 8 }));
  bridge.answer('latent.show', ({ at: place }) => view(String((place as { sd: number }).sd)));
  bridge.answer('latent.close', () => null);
  const scope = effectScope();
  const session = scope.run(() => useLatentSession('/p', 'e'));
  for (const sd of [0, 1, 2, 3]) session?.ask(at(sd));
  await vi.waitFor(() => expect(session?.shown.value?.view.volume).toBe('3'));
  expect(askedFor('latent.show')).toEqual([0, 3].map((sd) => ({ session: 's', at: at(sd) })));
  expect(askedFor('latent.open')).toHaveLength(1);
  scope.stop();
  await vi.waitFor(() => expect(askedFor('latent.close')).toEqual([{ session: 's' }]));
});

test('a session that has ended by itself is opened again; what fails otherwise is told', async () => {
  let opened = 0;
  bridge.answer('latent.open', () => ({ session: String(++opened), encoding: 'e', latent: 8 }));
  bridge.answer('latent.show', ({ session: asked }) => {
    if (asked === '1' && askedFor('latent.show').length > 1) throw new AppError('wrong-state', 'It is over.');
    return view(String(asked));
  });
  const scope = effectScope();
  const session = scope.run(() => useLatentSession('/p', 'e'));
  session?.ask(at(0));
  await vi.waitFor(() => expect(session?.shown.value?.view.volume).toBe('1'));
  session?.ask(at(1));
  await vi.waitFor(() => expect(session?.shown.value?.view.volume).toBe('2'));
  expect(session?.error.value).toBeNull();
  bridge.answer('latent.show', () => {
    throw new AppError('internal', 'The process ended.');
  });
  session?.ask(at(2));
  await vi.waitFor(() => expect(session?.error.value?.message).toBe('The process ended.'));
  scope.stop();
});

const controls = (changed: Partial<LatentFit> = {}, shown = view('v')) =>
  mount(DirectionControls, {
    global: { plugins: [i18n, createPinia()] },
    props: {
      project: '/p',
      detail: { ...detail, fits: [{ job: 'f', fit: { ...fit, ...changed } }] },
      walk,
      view: shown,
    },
  });

test('of a fit the score with its interval and p is said, and where it may be chance', () => {
  const words = controls().text();
  expect(words).toContain('0.61 [0.30, 0.80]');
  expect(words).toContain('0.005');
  expect(words).toContain('ventricle_percent by the fit: 4.2');
  expect(words).not.toContain('no better than chance');
  expect(controls({ score: { ...fit.score, p: 0.4 } }).text()).toContain('no better than chance');
  expect(controls({}, { ...view('v'), isBeyond: true }).text()).toContain('No scan of the dataset lies this far out');
});

test('of several kinds one is told from all others', async () => {
  bridge.answer('latent.fit', () => null);
  const page = controls();
  expect(page.find('#latent-kind').exists()).toBe(false);
  await page.get('#latent-column').setValue('site');
  await page.get('#latent-kind').setValue('B');
  await page.get('form').trigger('submit');
  expect(askedFor('latent.fit')).toMatchObject([{ encoding: 'e', column: 'site', positive: 'B' }]);
});

test('that correlation is no cause is said before anything else is there', async () => {
  bridge.answer('project.show', () => exampleProject('/p/Study.doppel'));
  bridge.answer('shell.settings', () => ({ recentProjects: [] }));
  bridge.answer('shell.changeSettings', () => ({ recentProjects: [] }));
  bridge.answer('job.list', () => []);
  bridge.answer('model.list', () => []);
  bridge.answer('latent.list', () => []);
  bridge.answer('checkpoint.list', () => []);
  const pinia = createPinia();
  setActivePinia(pinia);
  await useProject().open('/p/Study.doppel');
  const empty = { template: '<div />' };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['latent', 'train'].map((name) => ({ path: `/${name}`, name, component: empty })),
  });
  await router.push({ name: 'latent' });
  const page = mount(LatentPage, { global: { plugins: [i18n, pinia, router] } });
  expect(page.text()).toContain('Correlation, not cause');
  await vi.waitFor(() => expect(page.text()).toContain('No network to explore yet'));
});
