/** The project that the window shows. */
import type { ProjectDetail } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';
import { defineStore } from 'pinia';
import { shallowRef, watch } from 'vue';
import { useBackend } from './backendStore.ts';
import { call, callShell, useEvent } from './bridge.ts';
import { useReadingMode } from './readingMode.ts';
import { useSettings } from './settingsStore.ts';

const mostRecent = 12;

export const useProject = defineStore('project', () => {
  const current = shallowRef<ProjectDetail | null>(null);
  const settings = useSettings();
  const backend = useBackend();

  /** First in the list of recent projects, once. */
  async function remember(path: string, name: string): Promise<void> {
    const others = (settings.current?.recentProjects ?? []).filter((recent) => recent.path !== path);
    const recentProjects = [{ path, name, openedAt: new Date().toISOString() }, ...others].slice(0, mostRecent);
    await settings.change({ recentProjects });
  }

  /** Shows the project in `path`, an absolute folder; throws AppError, and then shows what it showed before. */
  async function open(path: string): Promise<void> {
    const detail = await call('project.show', { project: path });
    current.value = detail;
    await remember(detail.path, detail.name);
  }

  /** For a window that has just opened: shows the project whose jobs went on without one, if there is such a project. */
  async function openAtWork(): Promise<void> {
    const path = await callShell('shell.projectAtWork', {});
    if (path !== null && current.value === null) await open(path);
  }

  /** Makes a project in the folder `path`, which must not be there yet, and shows it. */
  async function create(path: string): Promise<void> {
    const record = await call('project.create', { project: path });
    await open(record.path);
  }

  /** Loads what the project holds again; the same project stays shown if another was opened meanwhile. */
  async function refresh(): Promise<void> {
    const path = current.value?.path;
    if (path === undefined) return;
    const detail = await call('project.show', { project: path });
    if (current.value?.path === path) current.value = detail;
  }

  function close(): void {
    current.value = null;
  }

  /** By job: figures change when a job does, not with each of its steps. */
  const states = new Map<string, string>();
  const hasNewState = ({ id, state }: Job): boolean => {
    const before = states.get(id);
    states.set(id, state);
    return before !== state;
  };
  /** A failure here is shown by whichever page asks next: the old state stays. */
  const refreshQuietly = (): void => void refresh().catch(() => undefined);

  useEvent((event) => {
    if (event.project !== current.value?.path) return;
    if (event.type === 'checkpoint.written' || (event.type === 'job.changed' && hasNewState(event.job)))
      refreshQuietly();
  });
  const reading = useReadingMode();
  watch([() => backend.starts, () => reading.isOn], refreshQuietly); // nothing is told while a reader is at work

  return { current, open, openAtWork, create, refresh, close };
});
