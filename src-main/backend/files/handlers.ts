/** The command that turns an id into a file, for whoever streams it to a window. */
import { realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { isNotKept } from '#contract/privacy.ts';
import type { BackendContext } from '../context.ts';

/** What jobs write for people to look at; a row that names anything else is not followed. */
const readable = /\.(nii|nii\.gz|png|gif|json|html)$/;

export function fileHandlers({ sessions, latent }: BackendContext): Pick<Handlers, 'file.locate'> {
  return {
    'file.locate': async ({ projectId, kind, id }) => {
      const dir = sessions.dirOf(projectId);
      const row =
        kind === 'latent'
          ? latent.pathOf(dir, id)
          : await sessions.read(dir, ({ store }) => store.files.path(kind, id));
      const missing = new AppError('not-found', `The project has no ${kind} "${id}".`);
      if (row !== null && isNotKept(row))
        throw new AppError(
          'not-found',
          'Where this file lies is not kept, since names of folders may be those of patients. Open it from its own folder.',
        );
      if (row === null || !readable.test(row)) throw missing;
      // A link is followed before it is judged: a project that came from elsewhere may hold any.
      const path = await realpath(resolve(dir, row)).catch(() => {
        throw new AppError('not-found', `The file of ${kind} "${id}" is no longer there: ${join(dir, row)}.`);
      });
      const isInside = path.startsWith((await realpath(dir)) + sep);
      if (!isInside && (kind !== 'artifact' || path !== row)) throw missing;
      return { path };
    },
  };
}
