// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { useSettings } from '#bridge/settingsStore.ts';
import { AppError } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import { useSample } from '../../../src-renderer/features/projects/sampleStore.ts';
import { exampleJob, exampleProject } from '../exampleProject.ts';
import { installFakeBridge, type FakeBridge } from '../fakeBridge.ts';

const path = '/p/Sample.doppel';
let bridge: FakeBridge;
let isThere: boolean;
let recentJobs: Job[];
const asked = (name: string): unknown[] => bridge.calls.filter((call) => call.name === name).map(({ input }) => input);

beforeEach(async () => {
  setActivePinia(createPinia());
  bridge = installFakeBridge();
  isThere = false;
  recentJobs = [];
  const settings = { theme: 'light', language: 'en', threads: null, projectsFolder: '/p', recentProjects: [] };
  bridge.answer('shell.settings', () => settings);
  bridge.answer('shell.changeSettings', () => settings);
  bridge.answer('project.show', () => {
    if (!isThere) throw new AppError('not-found', `There is no project ${path}.`);
    return exampleProject(path, { recentJobs });
  });
  bridge.answer('project.create', () => {
    isThere = true;
    return exampleProject(path);
  });
  bridge.answer('job.list', () => recentJobs);
  bridge.answer('phantom.create', () => exampleJob());
  bridge.answer('dataset.import', () => exampleJob());
  await useSettings().load();
});

test('the sample is drawn, then imported when the drawing has ended', async () => {
  const sample = useSample();
  await sample.open();
  expect(sample.error).toBeNull();
  expect(asked('phantom.create')).toMatchObject([{ project: path, count: 24, out: `${path}/sample-scans` }]);
  bridge.tell({ event: { type: 'job.changed', project: path, job: exampleJob() } });
  expect(sample.job?.kind).toBe('phantom');
  expect(asked('dataset.import')).toEqual([]);
  bridge.tell({ event: { type: 'job.changed', project: path, job: exampleJob({ state: 'succeeded' }) } });
  await vi.waitFor(() => expect(asked('dataset.import')).toMatchObject([{ folder: `${path}/sample-scans` }]));
});

test('a sample whose drawing was stopped is drawn anew into another folder', async () => {
  isThere = true;
  recentJobs = [exampleJob({ state: 'cancelled' })];
  await useSample().open();
  expect(asked('phantom.create')).toMatchObject([{ out: `${path}/sample-scans-2` }]);
});

test('a sample that was drawn but not imported goes on with the import', async () => {
  isThere = true;
  recentJobs = [exampleJob({ state: 'succeeded' })];
  await useSample().open();
  expect(asked('phantom.create')).toEqual([]);
  expect(asked('dataset.import')).toHaveLength(1);
});

test('what goes wrong is kept to be shown', async () => {
  bridge.answer('project.create', () => {
    throw new AppError('disk-full', 'The disk is full.');
  });
  const sample = useSample();
  await sample.open();
  expect(sample.error).toEqual({ code: 'disk-full', message: 'The disk is full.' });
});
