/** The commands about where files come from. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendContext } from '../context.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { startJob } from '../jobs/startJob.ts';
import { requireNewFile } from '../studies/exportPack.ts';
import { checkTask } from './checkFiles.ts';
import { cardOf, readFindings, sheetOf, trainingOf, writeDocument } from './documents.ts';
import { openBundle } from './openBundle.ts';

function requireAbsolute(paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new AppError('usage', `Paths must be absolute; one is "${relative}".`);
}

type Commands = Extract<keyof Handlers, `provenance.${string}`>;

export function provenanceHandlers({ sessions, runner }: BackendContext): Pick<Handlers, Commands> {
  return {
    'provenance.check': async ({ project, files }) => {
      requireAbsolute(files);
      const task = project === null ? checkTask(files, null) : await sessions.read(project, (opened) => checkTask(files, opened)); // prettier-ignore
      const { files: found } = await runOnce(task, 'provenance-checked');
      return found;
    },

    'provenance.card': async ({ project: dir, job, out }) => {
      requireAbsolute([out]);
      const project = await sessions.own(dir);
      const training = trainingOf(project, job);
      return writeDocument(await cardOf(project, training, await readFindings(project)), out, 'model-card');
    },

    'provenance.datasheet': async ({ project, dataset, out }) => {
      requireAbsolute([out]);
      return writeDocument(await sessions.read(project, (opened) => sheetOf(opened, dataset)), out, 'datasheet');
    },

    'provenance.bundle': async ({ project: dir, ...input }) => {
      requireAbsolute([input.out]);
      if (!input.out.endsWith('.zip')) throw new AppError('usage', `A bundle is a .zip file; --out is "${input.out}".`);
      await requireNewFile(input.out);
      const project = await sessions.own(dir);
      await project.ready;
      return startJob({ project, runner, request: { kind: 'bundle', seed: 0, ...input }, datasetFingerprint: null });
    },

    'provenance.open': ({ path, project }) => {
      requireAbsolute([path, project]);
      return openBundle(sessions, path, project);
    },
  };
}
