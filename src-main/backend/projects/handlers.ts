/** The commands about projects. */
import { basename, resolve } from 'node:path';
import type { Handlers } from '#contract/commands.ts';
import type { ProjectRecord } from '#contract/records.ts';
import type { BackendContext } from '../context.ts';
import { checkProject } from './checkProject.ts';
import { createProject } from './createProject.ts';
import { suffix } from './layout.ts';
import type { ReadProject } from './sessions.ts';

const recentJobs = 20;

function describeProject({ dir, store }: ReadProject): ProjectRecord {
  return {
    ...store.project.get(),
    ...store.project.counts(),
    name: basename(dir, suffix),
    path: dir,
    databaseVersion: store.project.version(),
  };
}

export function projectHandlers({
  sessions,
}: BackendContext): Pick<Handlers, 'project.create' | 'project.show' | 'project.check'> {
  return {
    'project.create': async ({ project }) => {
      await createProject(project);
      return describeProject(await sessions.own(resolve(project)));
    },

    'project.show': ({ project }) =>
      sessions.read(project, (opened) => ({
        ...describeProject(opened),
        datasetList: opened.store.datasets.list(),
        recentJobs: opened.store.jobs.list().slice(0, recentJobs),
      })),

    'project.check': async ({ project }) => {
      const owned = await sessions.own(project);
      await owned.ready;
      return checkProject(owned);
    },
  };
}
