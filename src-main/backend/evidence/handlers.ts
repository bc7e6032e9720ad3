/** The commands about evidence: asking for a report, and what all reports found. */
import { isAbsolute, resolve } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { evidenceReport } from '#contract/evidence/report.ts';
import type { BackendContext } from '../context.ts';
import { requireFolder } from '../datasets/requireFolder.ts';
import { readReports, reportRows } from '../evaluations/listReports.ts';
import { startJob } from '../jobs/startJob.ts';
import { requireWritable } from '../outFolder.ts';

async function requireOut(out: string | null): Promise<void> {
  if (out === null) return;
  if (!isAbsolute(out)) throw new AppError('usage', `Paths must be absolute; this one is "${out}".`);
  await requireWritable(out);
}

export function evidenceHandlers({
  sessions,
  runner,
}: BackendContext): Pick<Handlers, 'evidence.evaluate' | 'evidence.list'> {
  return {
    'evidence.evaluate': async ({ project: dir, real, synthetic, training, out, ...input }) => {
      requireFolder(synthetic);
      if (training !== null) requireFolder(training);
      if ('folder' in real) requireFolder(real.folder);
      await requireOut(out);
      const project = await sessions.own(dir);
      const dataset = 'folder' in real ? null : project.store.datasets.byName(real.dataset);
      return startJob({
        project,
        runner,
        request: {
          kind: 'evidence',
          ...input,
          real: 'folder' in real ? { folder: resolve(real.folder) } : { datasetId: dataset?.id ?? '' },
          synthetic: resolve(synthetic),
          training: training === null ? null : resolve(training),
          out,
        },
        datasetFingerprint: dataset?.fingerprint ?? null,
      });
    },

    'evidence.list': async ({ project }) =>
      readReports(await sessions.read(project, (opened) => reportRows(opened, 'evidence')), evidenceReport),
  };
}
