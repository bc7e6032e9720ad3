/** `doppel job list | show | cancel | pause | resume`. */
import { resolve as resolvePath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, type Command } from 'commander';
import type { Job } from '#contract/jobs.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, projectOption, type ProjectFlags } from '../flags.ts';
import { formatTable, formatTime, printJson, printText, say } from '../output.ts';
import type { Session } from '../session.ts';
import { iterationsOption, minutesOption, untilOf, type UntilFlags } from './train.ts';

/** A job that another process runs is looked at this often. */
const lookEveryMs = 300;

const loadParts = () =>
  Promise.all([import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts')]);

function describeJobs(jobs: readonly Job[]): string {
  if (jobs.length === 0) return 'No jobs yet.';
  const rows = jobs.map((job) => [
    job.id, job.state, job.kind === 'train' ? String(job.iteration) : '', formatTime(job.createdAt), job.error?.message.slice(0, 60) ?? '',
  ]); // prettier-ignore
  return formatTable([['job', 'state', 'iterations', 'created (UTC)', ''], ...rows]);
}

interface ResumeFlags extends ProjectFlags, UntilFlags {
  readonly folder?: string;
}

interface AskedJob {
  readonly project: string;
  readonly job: string;
}

/** Asks, and waits until the job has stopped: after its step and its checkpoint, or after the owner's patience. */
async function stopAndWait({ call }: Session, command: 'job.cancel' | 'job.pause', asked: AskedJob): Promise<Job> {
  const { project } = asked;
  let job = await call(command, asked);
  if (job.state === 'running') say(`Asked ${job.id} to stop; waiting for its checkpoint.`);
  while (job.state === 'running' || job.state === 'queued') {
    await sleep(lookEveryMs);
    job = (await call('job.show', { project, job: job.id })).job;
  }
  return job;
}

function printStopped(stopped: Job, { json }: ProjectFlags): void {
  if (json) printJson({ job: stopped });
  else printText(`${stopped.id}: ${stopped.state}`);
}

async function resume(id: string, flags: ResumeFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { reportEnd }] = await loadParts();
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const folder = flags.folder === undefined ? {} : { folder: resolvePath(flags.folder) };
    const detail = await follow(
      project,
      await call('job.resume', { project, job: id, until: untilOf(flags), ...folder }),
    );
    endWith(exitCodeOfJob(detail.job.state));
    reportEnd(detail, { project, isJson: flags.json === true });
  });
}

export function addJobCommands(program: Command, endWith: EndWith): void {
  const group = program.command('job').description('what has been started in a project, and how it went');
  const job = (): Argument => new Argument('<job>', 'its id, or the beginning of it');

  group
    .command('list')
    .description('all jobs, the newest first')
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel job list --project ageing')
    .action(async (flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const jobs = await withSession(({ call }) => call('job.list', { project: chooseProject(flags) }));
      if (flags.json) printJson({ jobs });
      else printText(describeJobs(jobs));
    });

  group
    .command('show')
    .description('one job: state, losses, checkpoints, files')
    .addArgument(job())
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel job show train-3f9a2c71 --project ageing')
    .action(async (id: string, flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }, { showJob }] = await loadParts();
      const project = chooseProject(flags);
      const detail = await withSession(({ call }) => call('job.show', { project, job: id }));
      showJob(detail, { project, isJson: flags.json === true });
    });

  group
    .command('cancel')
    .description('stop a waiting or running job, also one of another window or terminal; a training keeps a checkpoint')
    .addArgument(job())
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel job cancel train-3f9a2c71 --project ageing')
    .action(async (id: string, flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const asked = { project: chooseProject(flags), job: id };
      printStopped(await withSession((session) => stopAndWait(session, 'job.cancel', asked)), flags);
    });

  group
    .command('pause')
    .description('stop a training with a checkpoint and go on later; also one of another window or terminal')
    .addArgument(job())
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel job pause train-3f9a2c71 --project ageing')
    .action(async (id: string, flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const asked = { project: chooseProject(flags), job: id };
      printStopped(await withSession((session) => stopAndWait(session, 'job.pause', asked)), flags);
    });

  group
    .command('resume')
    .description(
      'go on with a job that failed, was stopped, paused or interrupted; a training from its newest checkpoint',
    )
    .addArgument(job())
    .addOption(projectOption())
    .addOption(iterationsOption())
    .addOption(minutesOption('train for this long in place of what was asked at first'))
    .option('--folder <folder>', 'of an import that ended with its process: where its scans are, which is not kept')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel job resume train-3f9a2c71 --project ageing --iterations 2000')
    .action((id: string, flags: ResumeFlags) => resume(id, flags, endWith));
}
