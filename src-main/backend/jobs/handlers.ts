/** The commands about jobs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { CommandInput, Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import { notKept } from '#contract/privacy.ts';
import type { BackendContext } from '../context.ts';
import { cancelFile, jobDir, logFile, pauseFile } from '../projects/layout.ts';
import { goesOn, removeImportLeftovers } from './importLeftovers.ts';
import { readLogEnd } from './readLog.ts';

const isAlive = (job: Job): boolean => job.state === 'queued' || job.state === 'running';

/** For the process that runs the job: it looks for this file. */
function leaveWord(dir: string, { id }: Job, file: typeof cancelFile): void {
  mkdirSync(jobDir(dir, id), { recursive: true });
  writeFileSync(file(dir, id), '');
}

/** A job of an earlier session has forgotten where the user's own scans are. Throws `usage`. */
function withFolder({ id, request }: Job, folder: string | undefined): Job['request'] {
  if (request.kind === 'super-resolve' || request.kind === 'evaluate' || request.kind === 'evidence') {
    if (!JSON.stringify(request).includes(JSON.stringify(notKept))) return request;
    throw new AppError(
      'usage',
      `The files and folders of job ${id} are not kept, since their names may be patients'. Begin anew.`,
    );
  }
  if (request.kind !== 'import' && request.kind !== 'scan') return request;
  const known = folder === undefined || request.folder !== notKept ? request : { ...request, folder };
  if (!JSON.stringify(known).includes(JSON.stringify(notKept))) return known;
  throw new AppError(
    'usage',
    known.folder === notKept
      ? `The folder of job ${id} is not kept, since its name may be a patient's. Name it again (--folder), or begin anew.`
      : `Other names that job ${id} was given (scans, masks, a reference, pairs, label maps) are not kept, since they may be patients'. Import the folder anew.`,
  );
}

/** The request a resumed job goes on with; throws `wrong-state` or `usage` when there is nothing to resume. */
function resumedRequest(
  job: Job,
  { until, folder }: Pick<CommandInput<'job.resume'>, 'until' | 'folder'>,
): Job['request'] {
  if (isAlive(job)) throw new AppError('wrong-state', `Job ${job.id} is ${job.state}; there is nothing to resume.`);
  if (job.request.kind !== 'train') {
    if (until !== null)
      throw new AppError('usage', `Job ${job.id} is not a training: it takes neither iterations nor minutes.`);
    if (job.state === 'succeeded')
      throw new AppError('wrong-state', `Job ${job.id} has succeeded; there is nothing to resume.`);
    return withFolder(job, folder);
  }
  const goal = until ?? job.request.until;
  const isReached = 'iterations' in goal ? goal.iterations <= job.iteration : until === null;
  if (job.state === 'succeeded' && isReached) {
    throw new AppError(
      'wrong-state',
      `Job ${job.id} has succeeded with ${String(job.iteration)} iterations. Give a larger number to train on (--iterations N).`,
    );
  }
  return { ...job.request, until: goal };
}

export function jobHandlers({
  sessions,
  runner,
}: BackendContext): Pick<
  Handlers,
  'job.list' | 'job.show' | 'job.metrics' | 'job.log' | 'job.cancel' | 'job.pause' | 'job.resume'
> {
  /** An import that nobody will go on with: what it had stored goes. */
  const giveUp = async (dir: string, { id }: Job): Promise<Job> => {
    const project = await sessions.own(dir);
    const job = runner.abandon(project, id);
    await removeImportLeftovers(project.dir, project.store, job);
    return job;
  };

  return {
    'job.list': ({ project }) => sessions.read(project, ({ store }) => store.jobs.list()),

    'job.show': ({ project, job: id }) =>
      sessions.read(project, ({ store }) => {
        const job = store.jobs.get(id);
        return {
          job,
          losses: store.metrics.last(job.id),
          checkpoints: store.checkpoints.ofJob(job.id),
          artifacts: store.artifacts.ofJob(job.id),
          files: store.fileOutcomes.ofJob(job.id),
          health: store.healthNotices.ofJob(job.id),
          privacy: store.privacyReports.ofJob(job.id),
        };
      }),

    'job.metrics': ({ project, job: id }) =>
      sessions.read(project, ({ store }) => store.metrics.series(store.jobs.get(id).id)),

    'job.log': async ({ project, job: id }) => {
      const path = await sessions.read(project, ({ dir, store }) => logFile(dir, store.jobs.get(id).id));
      return { text: await readLogEnd(path) };
    },

    'job.cancel': async ({ project, job: id }) => {
      const found = await sessions.read(project, ({ store }) => store.jobs.get(id));
      if (goesOn(found)) return giveUp(project, found);
      return sessions.read(project, ({ dir, store }) => {
        const job = store.jobs.get(id);
        if (!isAlive(job))
          throw new AppError('wrong-state', `Job ${job.id} is ${job.state}; there is nothing to cancel.`);
        if (!runner.cancel(job.id)) leaveWord(dir, job, cancelFile);
        return store.jobs.get(job.id);
      });
    },

    'job.pause': ({ project, job: id }) =>
      sessions.read(project, ({ dir, store }) => {
        const job = store.jobs.get(id);
        if (job.kind !== 'train')
          throw new AppError('usage', `Job ${job.id} is no training: only those go on where they were. Cancel it.`);
        if (!isAlive(job))
          throw new AppError('wrong-state', `Job ${job.id} is ${job.state}; there is nothing to pause.`);
        if (!runner.pause(job.id)) leaveWord(dir, job, pauseFile);
        return store.jobs.get(job.id);
      }),

    'job.resume': async ({ project: dir, job: id, ...asked }) => {
      const project = await sessions.own(dir);
      await project.ready; // A worker that outlived its backend may still write the checkpoint to go on from.
      const { store } = project;
      const found = store.jobs.get(id);
      const job: Job = {
        ...found,
        request: resumedRequest(found, asked),
        state: 'queued',
        error: null,
        finishedAt: null,
        progress: null,
      };
      store.jobs.update(job);
      runner.submit(project, job.id);
      return job;
    },
  };
}
