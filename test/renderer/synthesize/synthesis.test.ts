/** What the page of synthesis derives: runs, galleries, requests. */
import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { expect, test, vi } from 'vitest';
import type { CheckpointSummary } from '#contract/commands.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import { i18n } from '../../../src-renderer/i18n.ts';
import SynthesizeSetup from '../../../src-renderer/features/synthesize/SynthesizeSetup.vue';
import { galleryScans } from '../../../src-renderer/features/synthesize/gallery.ts';
import { isUsable, runsOf } from '../../../src-renderer/features/synthesize/runsOf.ts';
import { synthesisInput, type Setup } from '../../../src-renderer/features/synthesize/setupState.ts';
import { exampleJob } from '../exampleProject.ts';
import { installFakeBridge } from '../fakeBridge.ts';

const checkpoint = (id: string, jobId: string, iteration: number): CheckpointSummary => ({
  id,
  jobId,
  iteration,
  path: `checkpoints/${id}`,
  sha256: 'ab'.repeat(32),
  bytes: 1,
  milestone: false,
  createdAt: '2026-11-21T10:00:00.000Z',
  modelId: 'alpha-wgan',
  kind: 'generator',
  dataset: 'adults',
  grid: 32,
  hasTruncation: false,
  previewId: null,
  trainedOn: null,
  condition: null,
});
const artifact = (id: string, kind: ArtifactRecord['kind'], seed: number): ArtifactRecord => ({
  id,
  jobId: 's',
  kind,
  path: id,
  sha256: 'ab'.repeat(32),
  iteration: 1,
  seed,
});

test('checkpoints are grouped by run, the furthest trained first', () => {
  const runs = runsOf([checkpoint('a', 'new', 5), checkpoint('b', 'old', 9), checkpoint('c', 'new', 7)]);
  expect(runs.map((run) => run.map(({ id }) => id))).toEqual([['c', 'a'], ['b']]);
});

test('a scan finds its picture by the seed, whatever the order', () => {
  const artifacts = [
    artifact('v2', 'synthetic-volume', 2),
    artifact('t1', 'thumbnail', 1),
    artifact('sheet', 'contact-sheet', 1),
    artifact('v1', 'synthetic-volume', 1),
  ];
  expect(galleryScans(artifacts)).toEqual([
    { id: 'v1', seed: 1, thumbnailId: 't1' },
    { id: 'v2', seed: 2, thumbnailId: null },
  ]);
});

const setup: Setup = { checkpoint: 'c', count: ' 8 ', seed: '0', truncation: 0.7, label: null, out: null };

test('a complete form becomes a request', () => {
  expect(synthesisInput('/p', setup)).toEqual({
    project: '/p',
    checkpoint: 'c',
    count: 8,
    seed: 0,
    truncation: 0.7,
    out: null,
  });
});

test.each([{ count: '' }, { count: '0' }, { count: '2.5' }, { count: '100001' }, { seed: '-1' }, { checkpoint: null }])(
  '%o asks for nothing',
  (wrong) => {
    expect(synthesisInput('/p', { ...setup, ...wrong })).toBeNull();
  },
);

test('imported weights can be used, what a training began with cannot', () => {
  const imported = { ...checkpoint('i', 'weights', 0), dataset: null };
  expect([imported, checkpoint('a', 'run', 0), checkpoint('b', 'run', 5)].filter(isUsable).map(({ id }) => id)).toEqual(
    ['i', 'b'],
  );
});

test('of a conditional checkpoint the class is asked for, or drawn from each seed', async () => {
  const bridge = installFakeBridge();
  bridge.answer('checkpoint.synthesize', () => exampleJob());
  const conditional = { ...checkpoint('c', 'run', 5), condition: { column: 'sex', values: ['f', 'm'] } };
  const page = mount(SynthesizeSetup, {
    global: { plugins: [i18n, createPinia()] },
    props: {
      project: '/p',
      projectId: 'p',
      checkpoints: [conditional, checkpoint('plain', 'other', 5)],
      initial: null,
    },
  });
  const asked = async (): Promise<unknown> => {
    const asks = bridge.calls.filter(({ name }) => name === 'checkpoint.synthesize').length;
    await page.get('form').trigger('submit');
    await vi.waitFor(() => expect(page.emitted('started')).toHaveLength(asks + 1));
    return bridge.calls.findLast(({ name }) => name === 'checkpoint.synthesize')?.input;
  };
  expect(page.text()).toContain('Class (sex)');
  expect(await asked()).not.toHaveProperty('label');
  await page.get('#synthesis-class').setValue('m');
  expect(await asked()).toMatchObject({ checkpoint: 'c', label: 'm' });
  await page.findAll('input[type=radio]')[1]?.trigger('change');
  expect(page.find('#synthesis-class').exists()).toBe(false);
  const plain = await asked();
  expect(plain).toMatchObject({ checkpoint: 'plain' });
  expect(plain).not.toHaveProperty('label');
});
