/** What the handlers of a backend share. */
import type { BackendEvent } from '#contract/events.ts';
import type { Runner } from './jobs/runner.ts';
import type { LatentSessions } from './latent/sessions.ts';
import type { ProjectSessions } from './projects/sessions.ts';

export interface BackendContext {
  readonly sessions: ProjectSessions;
  readonly runner: Runner;
  readonly latent: LatentSessions;
  emit(event: BackendEvent): void;
}
