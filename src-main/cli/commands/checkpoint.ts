/** `doppel checkpoint list | import | export`: trained states, from here and from elsewhere. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { AppError } from '#contract/errors.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, path, projectOption, seedOption, setting, wholeNumber, type ProjectFlags } from '../flags.ts';
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

interface ImportFlags extends ProjectFlags {
  readonly model?: string;
  readonly preset?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly grid?: number;
  readonly network?: string;
  readonly dataset?: string;
  readonly classes?: readonly string[];
  readonly seed: number;
}

/** A folder is a checkpoint of Doppel's; a file holds the weights of another program. */
async function importFrom(given: string, flags: ImportFlags, endWith: EndWith): Promise<void> {
  const source = resolve(given);
  if (!statSync(source, { throwIfNoEntry: false })?.isFile()) return importFolder(source, flags);
  const { model } = flags;
  if (model === undefined)
    throw new AppError('usage', 'A file of weights does not say what it is a network of. Give --model (doppel model list names them).'); // prettier-ignore
  return importWeights(source, { ...flags, model }, endWith);
}

async function importFolder(folder: string, flags: ProjectFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  await withSession(async ({ call }) => {
    const checkpoint = await call('checkpoint.import', { project: chooseProject(flags), folder });
    if (flags.json === true) printJson({ checkpoint });
    else
      printText(
        `Imported checkpoint ${checkpoint.id}. Use it with: doppel super-resolve --checkpoint ${checkpoint.id}`,
      );
  });
}

async function importWeights(
  file: string,
  flags: ImportFlags & { readonly model: string },
  endWith: EndWith,
): Promise<void> {
  const [{ withSession }, { chooseProject }, { reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const job = await call('checkpoint.importWeights', {
      project,
      file,
      modelId: flags.model,
      preset: flags.preset ?? null,
      overrides: flags.set ?? {},
      grid: flags.grid ?? null,
      network: flags.network ?? null,
      dataset: flags.dataset ?? null,
      ...(flags.classes === undefined ? {} : { classes: [...flags.classes] }),
      seed: flags.seed,
    });
    const detail = await follow(project, job);
    endWith(exitCodeOfJob(detail.job.state));
    const [checkpoint] = detail.checkpoints;
    if (detail.job.state !== 'succeeded' || checkpoint === undefined) reportEnd(detail, { project, isJson });
    else if (isJson) printJson({ checkpoint, files: detail.files, job: detail.job });
    else {
      const found = detail.files.map(({ reason }) => reason).join('\n');
      printText(
        `${found}\nImported as checkpoint ${checkpoint.id}. Next: doppel synthesize --count 8 --out synthetic --checkpoint ${checkpoint.id}`,
      );
    }
  });
}

interface ExportFlags extends ProjectFlags {
  readonly network?: string;
}

const weightsEnding = '.safetensors';

/** To a folder that another project can import, or as a file that other programs read. */
async function exportTo(id: string, given: string, flags: ExportFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  const target = resolve(given);
  const isFile = target.endsWith(weightsEnding);
  if (!isFile && flags.network !== undefined)
    throw new AppError('usage', `A network by itself is written to a file: end its name in ${weightsEnding}.`);
  await withSession(async ({ call }) => {
    const project = chooseProject(flags);
    if (isFile) {
      const network = flags.network ?? 'average';
      const written = await call('checkpoint.exportWeights', { project, checkpoint: id, file: target, network });
      if (flags.json === true) printJson({ file: target, ...written });
      else printText(`Wrote ${String(written.tensors)} tensors (${written.networks.join(', ')}) to ${target}`);
      return;
    }
    const checkpoint = await call('checkpoint.export', { project, checkpoint: id, folder: target });
    if (flags.json === true) printJson({ checkpoint, folder: target });
    else printText(`Copied checkpoint ${checkpoint.id} to ${target}`);
  });
}

export function addCheckpointCommands(program: Command, endWith: EndWith): void {
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
    .description('take in a checkpoint that somebody sent, or the weights of a published network, after checking them')
    .addArgument(
      new Argument(
        '<source>',
        'the folder with weights.safetensors and checkpoint.json; or a PyTorch state dict (.pth, .pt) or .safetensors file',
      ).argParser(path),
    )
    .addOption(projectOption())
    .option('--model <id>', 'of a file: the model it is a network of (see: doppel model list)')
    .option('--preset <id>', "of a file: one of the model's published settings")
    .addOption(
      new Option('--set <key=value>', 'of a file: change one setting of the preset; may be given again').argParser(
        setting,
      ),
    )
    .addOption(
      new Option('--grid <voxels>', 'of a file: voxels a side, where it fits several').argParser(wholeNumber(1)),
    )
    .option('--network <name>', 'of a file: which network it is, where it fits several')
    .option('--dataset <name>', 'of a file: whose space and intensities synthetic scans are to have')
    .addOption(
      new Option(
        '--classes <names>',
        'of a file with a conditional network: its classes in the order in which it numbers them, as in f,m',
      ).argParser((text: string) => text.split(',').map((name) => name.trim())),
    )
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  doppel checkpoint import ~/from-a-colleague --project study\n  doppel checkpoint import G.pth --model alpha-wgan --preset kwon --project study',
    )
    .action((source: string, flags: ImportFlags) => importFrom(source, flags, endWith));

  group
    .command('export')
    .description('copy a checkpoint to a new folder that another project can import; it holds no scans and no names')
    .addArgument(new Argument('<checkpoint>', 'its id'))
    .addArgument(
      new Argument(
        '<target>',
        'a folder that is not there yet; or a .safetensors file, for one network under the names its authors gave it',
      ).argParser(path),
    )
    .addOption(projectOption())
    .option('--network <name>', 'of a file: average (the averaged generator, as if not given), generator … or all')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  doppel checkpoint export c0123456789ab for-a-colleague --project study\n  doppel checkpoint export c0123456789ab generator.safetensors --project study',
    )
    .action(exportTo);
}
