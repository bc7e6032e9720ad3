/** What the page of evidence asks for, and how it shows what was found. */
import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import type { PrivacyResult, SynthesisedScan } from '#contract/evidence/privacy.ts';
import type { FileProvenance } from '#contract/evidence/provenance.ts';
import type { LikenessResult } from '#contract/evidence/likeness.ts';
import type { EvidenceReport } from '#contract/evidence/report.ts';
import EvidenceSetup from '../../../src-renderer/features/evidence/EvidenceSetup.vue';
import LikenessSection from '../../../src-renderer/features/evidence/LikenessSection.vue';
import PrivacySection from '../../../src-renderer/features/evidence/PrivacySection.vue';
import ProvenanceView from '../../../src-renderer/features/evidence/ProvenanceView.vue';
import ReportView from '../../../src-renderer/features/evidence/ReportView.vue';
import SuspectsView from '../../../src-renderer/features/evidence/SuspectsView.vue';
import {
  evidenceInput,
  firstSetup,
  synthesesOf,
  type Setup,
} from '../../../src-renderer/features/evidence/setupState.ts';
import { i18n } from '../../../src-renderer/i18n.ts';
import { exampleJob } from '../exampleProject.ts';
import { installFakeBridge, type FakeBridge } from '../fakeBridge.ts';

const dataset = {
  id: 'd',
  name: 'adults',
  grid: 16,
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
const synthesis = exampleJob({
  id: 's1',
  kind: 'synthesize',
  state: 'succeeded',
  request: { kind: 'synthesize', checkpointId: 'c', count: 8, seed: 1, truncation: 1, out: '/p/synthetic/s1' },
});
const request = {
  kind: 'evidence' as const,
  real: { datasetId: 'd' },
  synthetic: '/p/synthetic/s1',
  training: null,
  grid: null,
  sections: ['likeness' as const],
  out: null,
  seed: 1,
};
const report: EvidenceReport = {
  format: 1,
  createdAt: '2026-11-21T10:00:00.000Z',
  doppel: '0.1.0',
  engine: 'tensorflow-cpu',
  device: 'CPU',
  seed: 1,
  grid: { side: 16, spacingMm: 2 },
  preparation: 'as-stored',
  sets: {
    real: { n: 4, split: 'heldout', words: 'the held-out scans of adults' },
    synthetic: { n: 8, split: 'folder', words: 'the scans of a folder' },
    training: { n: 16, split: 'train', words: 'the training scans of adults' },
  },
  scans: [],
  excluded: [{ role: 'synthetic', file: 'broken.nii.gz', code: 'truncated', reason: 'It ends too early.' }],
  warnings: ['Four real scans are few.'],
  verdicts: [{ section: 'likeness', tone: 'mixed', words: 'Nearer than the mean brain, further than the floor.' }],
  sections: {},
};

const figure = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: { real: 4, synthetic: 8 } });
const likeness: LikenessResult = {
  verdict: { tone: 'mixed', words: 'Nearer than the mean brain.' },
  measures: [
    {
      name: 'precision',
      extractor: 'random-features',
      split: 'held out',
      seed: 1,
      synthetic: figure(0.5),
      floor: figure(0.8),
      real: null,
      meanBrain: figure(0),
      pcaGaussian: null,
      p: null,
    },
    {
      name: 'msSsim',
      extractor: null,
      split: 'held out',
      seed: 1,
      synthetic: figure(0.9),
      floor: null,
      real: figure(0.7),
      meanBrain: null,
      pcaGaussian: null,
      p: 0.0001,
    },
  ],
  extractors: [{ name: 'random-features', sha256: 'ab'.repeat(32), length: 512, words: 'A fixed network.' }],
  baselines: 'the training scans.',
  msSsim: { window: 7, scales: 2, weights: [0.5, 0.5], pairs: { real: 6, synthetic: 28 } },
  spectra: { real: [1, 0.5], synthetic: [1, 0.4], pcaGaussian: [1, 0.3] },
  embeddings: [{ extractor: 'random-features', explained: 0.6, real: [[0, 1]], synthetic: [[1, 0]] }],
  notes: ['Four real scans are few.'],
};

let bridge: FakeBridge;
beforeEach(() => {
  bridge = installFakeBridge();
  bridge.answer('shell.settings', () => ({}));
  setActivePinia(createPinia());
});
const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/', name: 'synthesize', component: { template: '<div />' } }],
});
const global = () => ({ plugins: [i18n, createPinia(), router] });

const setup: Setup = {
  synthetic: '/made',
  real: { kind: 'dataset', name: 'adults' },
  training: '/train',
  sections: ['likeness', 'privacy'],
  seed: ' 7 ',
};

test('a complete form becomes a request; of a dataset its own training scans are meant', () => {
  expect(evidenceInput('/p', setup)).toEqual({
    project: '/p',
    synthetic: '/made',
    real: { dataset: 'adults' },
    training: null,
    grid: null,
    sections: ['likeness', 'privacy'],
    out: null,
    seed: 7,
  });
  expect(evidenceInput('/p', { ...setup, real: { kind: 'folder', folder: '/real' } })).toMatchObject({
    real: { folder: '/real' },
    training: '/train',
  });
});

test.each([{ synthetic: null }, { real: null }, { sections: [] }, { seed: '-1' }, { seed: '1.5' }])(
  '%o asks for nothing',
  (wrong) => {
    expect(evidenceInput('/p', { ...setup, ...wrong })).toBeNull();
  },
);

test('it begins with the newest scans that are finished, or with those that were asked for', () => {
  const older = { ...synthesis, id: 's0', createdAt: '2026-10-01T10:00:00.000Z' };
  const found = synthesesOf([exampleJob({ ...synthesis, id: 's2', state: 'running' }), synthesis, older]);
  expect(found.map(({ job }) => job)).toEqual(['s1', 's0']);
  expect(firstSetup(found, [dataset], null)).toMatchObject({ synthetic: '/p/synthetic/s1', real: { name: 'adults' } });
  expect(firstSetup([], [], null)).toMatchObject({ synthetic: null, real: null });
});

test('without scans of its own the form says what to do, and cannot be sent', () => {
  const page = mount(EvidenceSetup, { global: global(), props: { project: '/p', datasets: [], synthesis: null } });
  expect(page.text()).toContain('Make synthetic scans');
  expect(page.get('button[type=submit]').attributes('disabled')).toBeDefined();
});

const shownReport = (changes: Partial<InstanceType<typeof ReportView>['$props']> = {}): VueWrapper =>
  mount(ReportView, {
    global: global(),
    props: {
      job: exampleJob({ id: 'e', kind: 'evidence', state: 'succeeded', request }),
      project: '/p',
      projectId: 'p',
      evidence: { job: 'e', jsonId: 'json', htmlId: 'html', report },
      ...changes,
    },
  });

test('a report says its verdicts, what it was made from, and what was left out', () => {
  const page = shownReport();
  const words = page.text();
  expect(words).toContain('8 scans set against 4 scans: the held-out scans of adults.');
  expect(words).toContain('Nearer than the mean brain, further than the floor.');
  expect(words).toContain('In part');
  expect(words).toContain('Four real scans are few.');
  expect(words).toContain('One file was left out');
  expect(words).toContain('no proof that there is none');
});

test('likeness stands in tables with intervals, floor and baselines, and says what each measure means', () => {
  const page = mount(LikenessSection, { global: global(), props: { result: likeness } });
  const cells = page.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()));
  expect(cells).toEqual([
    ['Precision', '0.500 [0.400, 0.600]', '0.800 [0.700, 0.900]', '0.000 [-0.100, 0.100]', '–'],
    ['MS-SSIM within the set', '0.9000 [0.8000, 1.0000], p < 0.001', '0.7000 [0.6000, 0.8000] (real)', '–', '–'],
  ]);
  expect(page.text()).toContain('SHA-256 abab');
  expect(page.text()).toContain('Share of synthetic scans that lie where real ones do');
  expect(page.findAll('svg')).toHaveLength(2);
});

test('a report at work shows how far it is and can be stopped; a finished one can be printed', async () => {
  const job = exampleJob({ id: 'e', kind: 'evidence', request });
  const working = shownReport({ job, evidence: null });
  expect(working.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25');
  expect(working.text()).toContain('12 s left');
  bridge.answer('shell.printReport', () => ({ name: 'e.pdf' }));
  const done = shownReport();
  const button = done.findAll('button').find((each) => each.text() === 'Save PDF');
  await button?.trigger('click');
  await vi.waitFor(() => expect(done.text()).toContain('Saved as e.pdf'));
  expect(bridge.calls.at(-1)?.input).toEqual({ projectId: 'p', kind: 'artifact', id: 'html' });
});

test('of each checked file it says where it comes from, and what that rests on', async () => {
  const found: FileProvenance = {
    path: '/scans/a.nii.gz',
    verdict: 'made-here',
    words: 'This project made the file.',
    sha256: 'ab',
    voxelsSha256: 'cd',
    header: null,
    hash: null,
    mark: { score: 12.3, p: 1e-9, found: true },
  };
  bridge.answer('shell.chooseScans', () => [found.path]);
  bridge.answer('provenance.check', () => [found]);
  const page = mount(ProvenanceView, { global: global(), props: { project: '/p' } });
  await page.get('button').trigger('click');
  await vi.waitFor(() => expect(page.text()).toContain('Made by this project'));
  expect(page.text()).toContain('12.3 standard deviations of chance');
  expect(page.text()).toContain('Neither file nor voxels are known.');
});

const scan: SynthesisedScan = {
  id: 'made-1',
  nearest: 'sub-03',
  similarity: 0.91,
  pose: { isMirrored: true, isTurned: false, shiftMm: 2, degrees: 0 },
  p: 0.0001,
  isSuspected: true,
  features: null,
};
const privacy: PrivacyResult = {
  verdict: { tone: 'bad', words: 'One of eight.' },
  targets: 'training',
  split: 'held out',
  seed: 1,
  n: { synthetic: 8, training: 16, heldOut: 4 },
  limit: { similarity: 0.8, method: 'order', share: 0.05, confidence: 0.95, n: 20, heldOut: 4 },
  suspected: figure(0.125),
  nearerThanAnyReal: figure(0.125),
  authentic: figure(0.5),
  membership: { voxels: figure(0.6), features: null },
  extractor: null,
  scans: [scan],
  worst: ['made-1'],
  real: { heldOut: [], training: [] },
  doubles: [],
  statement: ['For the board.'],
  notes: [],
};

test('privacy says the share of suspected copies, how the worst lie, and the statement; one click compares', async () => {
  const page = mount(PrivacySection, { global: global(), props: { result: privacy } });
  expect(page.text()).toContain('12.5% [2.5%, 22.5%]');
  expect(page.get('ol').text()).toContain('mirrored, shifted by 2 mm');
  expect(page.text()).toContain('For the board.');
  await page.get('ol button').trigger('click');
  expect(page.emitted('compare')).toEqual([[scan]]);
});

test('a suspected copy is released by hand, with a name and a reason', async () => {
  const held = {
    id: 'h',
    jobId: 's1',
    sha256: 'ab',
    name: 'made-1.nii.gz',
    nearest: 'sub-03',
    similarity: 0.91,
    limit: 0.8,
    foundAt: '2026-11-21T10:00:00.000Z',
    release: null,
    artifactId: null,
    volumeId: null,
  };
  bridge.answer('evidence.suspects', () => [held]);
  bridge.answer('evidence.release', () => held);
  const page = mount(SuspectsView, {
    global: { ...global(), stubs: { teleport: true, transition: true } },
    props: { project: '/p', projectId: 'p' },
  });
  await vi.waitFor(() => expect(page.text()).toContain('One scan is held back.'));
  await page.findAll('li button').at(-1)?.trigger('click');
  await page.get('#release-by').setValue('A. Reader');
  await page.get('#release-reason').setValue('Seen side by side: another brain.');
  await page.get('form').trigger('submit');
  await vi.waitFor(() =>
    expect(bridge.calls.find(({ name }) => name === 'evidence.release')?.input).toEqual({
      project: '/p',
      id: 'h',
      by: 'A. Reader',
      reason: 'Seen side by side: another brain.',
    }),
  );
});
