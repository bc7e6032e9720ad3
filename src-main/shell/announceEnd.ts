/** Says that a job has ended while Doppel works without a window; with one, the page says it in its own words. */
import { basename } from 'node:path';
import type { BackendEvent } from '#contract/events.ts';
import { notify } from './notify.ts';
import type { ShellWords } from './words.ts';

export interface Announcement {
  readonly event: BackendEvent;
  readonly words: ShellWords;
  onClick(): void;
}

export function announceEnd({ event, words, onClick }: Announcement): void {
  if (event.type !== 'job.changed') return;
  const { state, error } = event.job;
  if (state !== 'succeeded' && state !== 'failed' && state !== 'interrupted') return;
  const project = basename(event.project, '.doppel');
  notify({ title: words.ended[state], body: error === null ? project : `${project}: ${error.message}`, onClick });
}
