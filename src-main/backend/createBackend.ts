/** A backend: the handlers of every command over the projects it has open and its queue of jobs. */
import type { Handlers } from '#contract/commands.ts';
import type { BackendEvent } from '#contract/events.ts';
import { checkpointHandlers } from './checkpoints/handlers.ts';
import { weightsHandlers } from './checkpoints/weightsHandlers.ts';
import { datasetHandlers } from './datasets/handlers.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { diagnose } from './engine/diagnose.ts';
import { evaluationHandlers } from './evaluations/handlers.ts';
import { evidenceHandlers } from './evidence/handlers.ts';
import { leaderboardHandlers } from './evidence/leaderboardHandlers.ts';
import { quarantineHandlers } from './evidence/quarantine.ts';
import { utilityHandlers } from './evidence/utilityHandlers.ts';
import { fileHandlers } from './files/handlers.ts';
import { jobHandlers } from './jobs/handlers.ts';
import { createRunner } from './jobs/runner.ts';
import { latentHandlers } from './latent/handlers.ts';
import { createLatentSessions } from './latent/sessions.ts';
import { modelHandlers } from './models/handlers.ts';
import { projectHandlers } from './projects/handlers.ts';
import { provenanceHandlers } from './provenance/handlers.ts';
import { createProjectSessions } from './projects/sessions.ts';
import { scanHandlers } from './scans/handlers.ts';
import { studyHandlers } from './studies/handlers.ts';

/** A training step on a large grid plus its checkpoint can take a minute. */
const defaultCancelGraceMs = 120_000;

export interface BackendOptions {
  /** Told of everything that changes, as it happens. */
  onEvent(event: BackendEvent): void;
  /** How long a job may take to stop before its process is ended; 120 s if not given. */
  readonly cancelGraceMs?: number;
}

export interface Backend {
  readonly dispatch: Dispatch;
  /** Stops the jobs (they become `interrupted`, with a checkpoint if `graceMs` allows), closes the projects. */
  close(graceMs?: number): Promise<void>;
}

export function createBackend({ onEvent, cancelGraceMs = defaultCancelGraceMs }: BackendOptions): Backend {
  const sessions = createProjectSessions({ orphanGraceMs: cancelGraceMs });
  const runner = createRunner({ cancelGraceMs, emit: onEvent });
  const latent = createLatentSessions();
  const context = { sessions, runner, latent, emit: onEvent };
  const handlers: Handlers = {
    ...projectHandlers(context),
    ...datasetHandlers(context),
    ...modelHandlers(context),
    ...checkpointHandlers(context),
    ...weightsHandlers(context),
    ...evaluationHandlers(context),
    ...evidenceHandlers(context),
    ...utilityHandlers(context),
    ...leaderboardHandlers(context),
    ...jobHandlers(context),
    ...scanHandlers(context),
    ...fileHandlers(context),
    ...provenanceHandlers(context),
    ...quarantineHandlers(context),
    ...studyHandlers(context),
    ...latentHandlers(context),
    'engine.doctor': () => diagnose(),
  };
  return {
    dispatch: createDispatch(handlers),
    close: async (graceMs = cancelGraceMs) => {
      await latent.closeAll();
      await runner.close(graceMs);
      await sessions.close();
    },
  };
}
