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

function projectsHere(): readonly string[] {
  return readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith(suffix))
    .map(({ name }) => name);
}

/** The only project of the current folder; null where there is none, or more than one. */
export function projectHere(): string | null {
  const [only, another] = projectsHere();
  return only !== undefined && another === undefined ? resolve(only) : null;
}

/** `--project`, or the only project of the current folder. Throws `usage`. */
export function chooseProject({ project }: ProjectFlags): string {
  if (project !== undefined)
    return existsSync(resolve(project, 'project.sqlite')) ? resolve(project) : projectPath(project);
  const here = projectHere();
  if (here !== null) return here;
  const names = projectsHere();
  const found = names.length === 0 ? 'there is none here' : `here are ${names.join(', ')}`;
  throw new AppError('usage', `Which project? Give --project NAME${suffix} (${found}).`);
}
