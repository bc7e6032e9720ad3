/** The commands about where files come from. */
import { isAbsolute } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendContext } from '../context.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { checkTask } from './checkFiles.ts';

function requireAbsolute(paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new AppError('usage', `Paths must be absolute; one is "${relative}".`);
}

export function provenanceHandlers({ sessions }: BackendContext): Pick<Handlers, 'provenance.check'> {
  return {
    'provenance.check': async ({ project, files }) => {
      requireAbsolute(files);
      const task = project === null ? checkTask(files, null) : await sessions.read(project, (opened) => checkTask(files, opened)); // prettier-ignore
      const { files: found } = await runOnce(task, 'provenance-checked');
      return found;
    },
  };
}
