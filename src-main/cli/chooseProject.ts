/** Which project a command is about. */
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ProjectFlags } from './flags.ts';

const suffix = '.doppel';

/** The folder a user means: as typed, or with the ending added. */
export function projectPath(typed: string): string {
  const path = resolve(typed);
  return path.endsWith(suffix) ? path : `${path}${suffix}`;
}

/** `--project`, or the only project of the current folder. Throws `usage`. */
export function chooseProject({ project }: ProjectFlags): string {
  if (project !== undefined)
    return existsSync(resolve(project, 'project.sqlite')) ? resolve(project) : projectPath(project);
  const here = readdirSync('.', { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name.endsWith(suffix),
  );
  const [only, another] = here;
  if (only !== undefined && another === undefined) return resolve(only.name);
  const found = another === undefined ? 'there is none here' : `here are ${here.map(({ name }) => name).join(', ')}`;
  throw new AppError('usage', `Which project? Give --project NAME${suffix} (${found}).`);
}
