/** `doppel project create | show | check`. */
import { Argument, type Command } from 'commander';
import type { ProjectCheck, ProjectDetail } from '#contract/commands.ts';
import { exitCodes, type EndWith } from '../exitCodes.ts';
import { jsonOption, path, projectOption, type CommonFlags, type ProjectFlags } from '../flags.ts';
import { formatNumber, formatTable, formatTime, printJson, printText } from '../output.ts';

function describe(project: ProjectDetail): string {
  const datasets = project.datasetList.map((dataset) => [
    dataset.name, String(dataset.grid), `${formatNumber(dataset.spacingMm)} mm`, String(dataset.train), String(dataset.heldout),
  ]); // prettier-ignore
  const jobs = project.recentJobs.map((job) => [job.id, job.state, formatTime(job.createdAt)]);
  return [
    `${project.name}  (${project.path})`,
    `${String(project.datasets)} datasets, ${String(project.volumes)} volumes, ${String(project.jobs)} jobs, ${String(project.checkpoints)} checkpoints`,
    ...(datasets.length === 0
      ? []
      : ['', formatTable([['dataset', 'grid', 'spacing', 'train', 'held out'], ...datasets])]),
    ...(jobs.length === 0 ? [] : ['', formatTable([['job', 'state', 'created (UTC)'], ...jobs])]),
  ].join('\n');
}

function describeCheck(check: ProjectCheck): string {
  const verdict = `${String(check.filesChecked)} files checked: ${check.ok ? 'all are as they were written.' : 'not all is well.'}`;
  return check.problems.length === 0
    ? verdict
    : `${verdict}\n\n${formatTable(check.problems.map(({ path, problem }) => [path, problem]))}`;
}

export function addProjectCommands(program: Command, endWith: EndWith): void {
  const group = program.command('project').description('make a project, look at it, check its files');

  group
    .command('create')
    .description('make a new, empty project folder')
    .addArgument(new Argument('<path>', 'the folder to make; .doppel is added if missing').argParser(path))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel project create ~/studies/ageing')
    .action(async (typed: string, flags: CommonFlags) => {
      const [{ withSession }, { projectPath }] = await Promise.all([
        import('../session.ts'),
        import('../chooseProject.ts'),
      ]);
      const created = await withSession(({ call }) => call('project.create', { project: projectPath(typed) }));
      if (flags.json) printJson(created);
      else printText(`Made ${created.path}`);
    });

  group
    .command('show')
    .description('what a project holds')
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel project show --project ageing')
    .action(async (flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }] = await Promise.all([
        import('../session.ts'),
        import('../chooseProject.ts'),
      ]);
      const project = await withSession(({ call }) => call('project.show', { project: chooseProject(flags) }));
      if (flags.json) printJson(project);
      else printText(describe(project));
    });

  group
    .command('check')
    .description('compare every file of a project with the hash the database keeps of it')
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel project check --project ageing')
    .action(async (flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }] = await Promise.all([
        import('../session.ts'),
        import('../chooseProject.ts'),
      ]);
      const check = await withSession(({ call }) => call('project.check', { project: chooseProject(flags) }));
      if (flags.json) printJson(check);
      else printText(describeCheck(check));
      if (!check.ok) endWith(exitCodes.failure);
    });
}
