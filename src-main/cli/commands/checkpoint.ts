/** `doppel checkpoint list | import | export`: trained states, from here and from elsewhere. */
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { jsonOption, path, projectOption, type ProjectFlags } from '../flags.ts';
import { formatTable, formatTime, printJson, printText } from '../output.ts';

async function list(flags: ProjectFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  await withSession(async ({ call }) => {
    const checkpoints = await call('checkpoint.list', { project: chooseProject(flags) });
    if (flags.json === true) {
      printJson({ checkpoints });
      return;
    }
    const rows = checkpoints.map(({ id, modelId, iteration, dataset, createdAt }) => [
      id,
      modelId,
      String(iteration),
      dataset ?? 'imported',
      formatTime(createdAt),
    ]);
    printText(
      rows.length === 0
        ? 'The project has no checkpoint yet.'
        : formatTable([['checkpoint', 'model', 'iteration', 'dataset', 'written (UTC)'], ...rows]),
    );
  });
}

async function importFrom(folder: string, flags: ProjectFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  await withSession(async ({ call }) => {
    const checkpoint = await call('checkpoint.import', { project: chooseProject(flags), folder: resolve(folder) });
    if (flags.json === true) printJson({ checkpoint });
    else
      printText(
        `Imported checkpoint ${checkpoint.id}. Use it with: doppel super-resolve --checkpoint ${checkpoint.id}`,
      );
  });
}

async function exportTo(id: string, folder: string, flags: ProjectFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  await withSession(async ({ call }) => {
    const target = resolve(folder);
    const checkpoint = await call('checkpoint.export', {
      project: chooseProject(flags),
      checkpoint: id,
      folder: target,
    });
    if (flags.json === true) printJson({ checkpoint, folder: target });
    else printText(`Copied checkpoint ${checkpoint.id} to ${target}`);
  });
}

export function addCheckpointCommands(program: Command): void {
  const group = program.command('checkpoint').description('trained states: list them, take one in, hand one on');

  group
    .command('list')
    .description('the checkpoints of a project, the newest first')
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel checkpoint list --project study')
    .action(list);

  group
    .command('import')
    .description('take in a super-resolution checkpoint that somebody sent, after checking it')
    .addArgument(new Argument('<folder>', 'the folder with weights.safetensors and checkpoint.json').argParser(path))
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel checkpoint import ~/from-a-colleague --project study')
    .action(importFrom);

  group
    .command('export')
    .description('copy a checkpoint to a new folder that another project can import; it holds no scans and no names')
    .addArgument(new Argument('<checkpoint>', 'its id'))
    .addArgument(new Argument('<folder>', 'a folder that is not there yet').argParser(path))
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel checkpoint export c0123456789ab for-a-colleague --project study')
    .action(exportTo);
}
