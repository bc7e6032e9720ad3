/** The commands about the use of synthetic scans: asking for a comparison, and what all of them found. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { utilityReport } from '#contract/evidence/utility.ts';
import type { BackendContext } from '../context.ts';
import { requireFolder } from '../datasets/requireFolder.ts';
import { readReports, reportRows } from '../evaluations/listReports.ts';
import { startJob } from '../jobs/startJob.ts';
import type { Store } from '../store/store.ts';

/** The folder itself, or that of a synthesis. Throws AppError: 'usage', 'not-found', 'wrong-state'. */
function syntheticFolder(store: Store, given: string): string {
  if (isAbsolute(given)) {
    requireFolder(given);
    return given;
  }
  const { id, request, state } = store.jobs.get(given);
  if (request.kind !== 'synthesize') throw new AppError('usage', `Job ${id} is no synthesis. Name one, or a folder of synthetic scans.`); // prettier-ignore
  if (state !== 'succeeded') throw new AppError('wrong-state', `The synthesis ${id} is ${state}: it has to be finished first.`); // prettier-ignore
  return request.out;
}

export function utilityHandlers({ sessions, runner }: BackendContext): Pick<Handlers, 'utility.run' | 'utility.list'> {
  return {
    'utility.run': async ({ project: dir, dataset: name, synthetic, ...input }) => {
      const project = await sessions.own(dir);
      const dataset = project.store.datasets.byName(name);
      return startJob({
        project,
        runner,
        request: {
          kind: 'utility',
          ...input,
          datasetId: dataset.id,
          synthetic: syntheticFolder(project.store, synthetic),
        },
        datasetFingerprint: dataset.fingerprint,
      });
    },

    'utility.list': async ({ project }) =>
      readReports(await sessions.read(project, (opened) => reportRows(opened, 'utility')), utilityReport),
  };
}
