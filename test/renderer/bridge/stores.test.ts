// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { useBackend } from '#bridge/backendStore.ts';
import { useJobs } from '#bridge/jobStore.ts';
import { useProject } from '#bridge/projectStore.ts';
import { useSettings } from '#bridge/settingsStore.ts';
import { AppError } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import type { Settings } from '#contract/shell.ts';
import { exampleJob, exampleProject } from '../exampleProject.ts';
import { installFakeBridge, type FakeBridge } from '../fakeBridge.ts';

let bridge: FakeBridge;
let kept: Settings;
let jobs: Job[];
const running = { state: 'running', error: null } as const;
const changed = (job: Job, project = '/p/a.doppel'): void =>
  bridge.tell({ event: { type: 'job.changed', project, job } });

beforeEach(async () => {
  setActivePinia(createPinia());
  bridge = installFakeBridge();
  kept = { theme: 'light', language: 'en', threads: null, projectsFolder: '/p', recentProjects: [] };
  jobs = [];
  bridge.answer('shell.settings', () => kept);
  bridge.answer('shell.changeSettings', (changes) => (kept = { ...kept, ...changes }));
  bridge.answer('project.show', ({ project }) => exampleProject(project as string));
  bridge.answer('job.list', () => jobs);
  await useSettings().load();
});

describe('the project store', () => {
  test('puts an opened project first among the recent ones, once', async () => {
    const project = useProject();
    await project.open('/p/a.doppel');
    await project.open('/p/b.doppel');
    await project.open('/p/a.doppel');
    expect(project.current?.name).toBe('a');
    expect(kept.recentProjects.map(({ path }) => path)).toEqual(['/p/a.doppel', '/p/b.doppel']);
  });

  test('keeps showing a project when another does not open', async () => {
    const project = useProject();
    await project.open('/p/a.doppel');
    bridge.answer('project.show', () => {
      throw new AppError('not-found', 'There is no project /p/b.doppel.');
    });
    await expect(project.open('/p/b.doppel')).rejects.toThrow('There is no project');
    expect(project.current?.path).toBe('/p/a.doppel');
  });

  test('loads its figures again when a job of it changes its state, not with every step', async () => {
    const project = useProject();
    await project.open('/p/a.doppel');
    const shown = (): number => bridge.calls.filter(({ name }) => name === 'project.show').length;
    const before = shown();
    changed(exampleJob());
    changed(exampleJob());
    changed(exampleJob(), '/p/other.doppel');
    await vi.waitFor(() => expect(shown()).toBe(before + 1));
    changed(exampleJob({ state: 'succeeded' }));
    await vi.waitFor(() => expect(shown()).toBe(before + 2));
  });

  test('loads again after the backend came back', async () => {
    const project = useProject();
    await project.open('/p/a.doppel');
    bridge.answer('project.show', () => exampleProject('/p/a.doppel', { volumes: 7 }));
    bridge.tell({ backend: { state: 'restarting', error: null } });
    expect(useBackend().isRunning).toBe(false);
    bridge.tell({ backend: running });
    await vi.waitFor(() => expect(project.current?.volumes).toBe(7));
  });
});

describe('the job store', () => {
  test('lists the jobs of the shown project, newest first', async () => {
    jobs = [
      exampleJob({ id: 'old', state: 'succeeded' }),
      exampleJob({ id: 'new', createdAt: '2026-11-02T00:00:00.000Z' }),
    ];
    const store = useJobs();
    await useProject().open('/p/a.doppel');
    await vi.waitFor(() => expect(store.list.map(({ id }) => id)).toEqual(['new', 'old']));
    expect(store.running?.job.id).toBe('new');
  });

  test('follows a job, also of a project that is not shown, until it ends, and tells of the end once', async () => {
    const store = useJobs();
    await useProject().open('/p/a.doppel');
    const ended: string[] = [];
    store.onEnded(({ job }) => ended.push(`${job.id} ${job.state}`));
    changed(exampleJob({ state: 'queued' }), '/p/b.doppel');
    expect(store.queued).toHaveLength(1);
    changed(exampleJob(), '/p/b.doppel');
    expect(store.running).toMatchObject({ project: '/p/b.doppel', job: { id: 'phantom-1' } });
    expect(store.list).toEqual([]);
    changed(exampleJob({ state: 'succeeded' }), '/p/b.doppel');
    changed(exampleJob({ state: 'succeeded' }), '/p/b.doppel');
    expect(store.running).toBeNull();
    expect(ended).toEqual(['phantom-1 succeeded']);
  });
});

describe('the settings store', () => {
  test('puts the theme on the page as it changes', async () => {
    const settings = useSettings();
    expect(document.documentElement.classList.contains('dark')).toBe(false);
    await settings.change({ theme: 'dark' });
    await vi.waitFor(() => expect(document.documentElement.classList.contains('dark')).toBe(true));
    await settings.change({ theme: 'light' });
    await vi.waitFor(() => expect(document.documentElement.classList.contains('dark')).toBe(false));
  });
});
