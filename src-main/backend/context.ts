/** What the handlers of a backend share. */
import type { BackendEvent } from '#contract/events.ts';
import type { Runner } from './jobs/runner.ts';
import type { ProjectSessions } from './projects/sessions.ts';

export interface BackendContext {
  readonly sessions: ProjectSessions;
  readonly runner: Runner;
  emit(event: BackendEvent): void;
}
