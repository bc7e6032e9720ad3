/** A real backend for one test, with what it tells kept, closed when the test ends. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createBackend, type Backend } from '#backend/createBackend.ts';
import type { CommandInput, CommandName, CommandResult } from '#contract/commands.ts';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const lookEveryMs = 20;
const patienceMs = 100_000;

export interface TestBackend extends Backend {
  readonly events: readonly BackendEvent[];
  /** The result; throws when the reply is an error. */
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
  /** Waits until an event satisfies `wanted`. */
  until(wanted: (event: BackendEvent) => boolean): Promise<void>;
  /** Waits until the job has ended, and returns it. */
  untilOver(job: Job): Promise<Job>;
}

export function openBackend(cancelGraceMs = 20_000): TestBackend {
  const events: BackendEvent[] = [];
  const backend = createBackend({ onEvent: (event) => events.push(event), cancelGraceMs });
  onTestFinished(() => backend.close(0));

  const waitFor = async <Found>(look: () => Found | undefined): Promise<Found> => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (performance.now() > deadline)
        throw new Error(`Waited in vain. Told so far: ${JSON.stringify(events.slice(-5))}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };

  return {
    ...backend,
    events,
    call: async (name, input) => {
      const reply = await backend.dispatch(name, input);
      if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
      return reply.value;
    },
    until: async (wanted) => {
      await waitFor(() => events.find(wanted));
    },
    untilOver: ({ id }) =>
      waitFor(() => {
        const last = events.findLast((event) => event.type === 'job.changed' && event.job.id === id);
        return last?.type === 'job.changed' && !['queued', 'running'].includes(last.job.state) ? last.job : undefined;
      }),
  };
}

/** A new, empty project in a temporary folder. */
export async function newProject(backend: TestBackend): Promise<string> {
  const project = join(temporaryFolder(), 'study.doppel');
  await backend.call('project.create', { project });
  return project;
}
