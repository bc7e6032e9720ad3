/** `doppel dataset scan | import | show | quality`. */
import { resolve } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandInput, DatasetDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { FileOutcome, FrameChoice, ScanCandidate } from '#contract/records.ts';
import { describePrivacy } from '../describePrivacy.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import {
  holdoutShare,
  jsonOption,
  path,
  positiveNumber,
  projectOption,
  seedOption,
  wholeNumber,
  type ProjectFlags,
} from '../flags.ts';
import { addPreprocessOptions, preprocessOf, type PreprocessFlags } from '../preprocessFlags.ts';
import { failureOf } from '../reportJob.ts';
import { formatNumber, formatTable, printError, printJson, printText } from '../output.ts';

/** How scans are read, at a look as at an import. */
interface ReadingFlags extends ProjectFlags {
  readonly frame?: FrameChoice;
  readonly acceptIncomplete?: boolean;
}

interface ImportFlags extends ReadingFlags, PreprocessFlags {
  readonly name: string;
  readonly grid: number;
  readonly spacingMm: number | 'auto';
  readonly holdout: number;
  readonly seed: number;
  readonly derivative?: string;
  readonly pairsLow?: string;
  readonly factor?: string;
  readonly scan?: readonly string[];
  readonly keyFile?: string;
}

interface ShowFlags extends ProjectFlags {
  readonly name: string;
}

function spacing(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const value = positiveNumber(text);
  if (value > 50) throw new InvalidArgumentError('Give millimetres up to 50, or auto.');
  return value;
}

function frame(text: string): FrameChoice {
  return text === 'mean' ? text : wholeNumber(1)(text);
}

const frameOption = (): Option =>
  new Option(
    '--frame <number|mean>',
    'of files and series that hold several volumes: which one (1 is the first), or their mean',
  ).argParser(frame);

const incompleteOption = (): Option =>
  new Option('--accept-incomplete', 'take DICOM series with missing or uneven slices too, interpolated');

function readingOf({ frame: choice, acceptIncomplete }: ReadingFlags): Pick<CommandInput<'dataset.scan'>, 'frame' | 'acceptIncomplete'> {
  return {
    ...(choice === undefined ? {} : { frame: choice }),
    ...(acceptIncomplete === undefined ? {} : { acceptIncomplete }),
  };
} // prettier-ignore

function describeFiles(files: readonly FileOutcome[]): string {
  const notable = files.filter((file) => file.status !== 'imported' || file.reason !== '');
  return notable.length === 0
    ? ''
    : `\n\n${formatTable(notable.map(({ path, status, reason }) => [path, status, reason]))}`;
}

function describeSummary(dataset: DatasetDetail): string {
  return `${dataset.name}: ${String(dataset.volumes)} volumes of ${String(dataset.grid)} voxels a side at ${formatNumber(dataset.spacingMm)} mm, ${String(dataset.train)} to train with, ${String(dataset.heldout)} held out`;
}

function describeDataset(dataset: DatasetDetail): string {
  const rows = dataset.volumeList.map((volume) => [
    volume.subject, volume.removed ? 'removed' : volume.split, volume.sourceFile, Object.entries(volume.attributes).map(([key, value]) => `${key} ${String(value)}`).join(', '),
  ]); // prettier-ignore
  return `${describeSummary(dataset)}\n\n${formatTable([['subject', 'split', 'file', 'attributes'], ...rows])}`;
}

/** For programs: `volumes` is the list itself. */
function datasetDocument({ volumeList, ...dataset }: DatasetDetail): object {
  return { ...dataset, volumes: volumeList };
}

function describeCandidates(candidates: readonly ScanCandidate[]): string {
  const count = (verdict: ScanCandidate['verdict']): string =>
    String(candidates.filter((candidate) => candidate.verdict === verdict).length);
  const rows = candidates.map(({ verdict, subject, path, size, frames, spacingMm, orientation, reason }) => [
    verdict,
    subject ?? '',
    path,
    size === null ? '' : [...size, ...(frames > 1 ? [frames] : [])].join(' × '),
    spacingMm === null ? '' : `${spacingMm.map((length) => formatNumber(length)).join(' × ')} mm`,
    orientation ?? '',
    reason,
  ]);
  const summary = `${count('ok')} usable, ${count('warning')} usable with a warning, ${count('rejected')} not usable`;
  return rows.length === 0 ? 'There are no scans in the folder.' : `${formatTable(rows)}\n\n${summary}`;
}

async function scanFolder(folder: string, flags: ReadingFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const { job } = await follow(
      project,
      await call('dataset.scan', { project, folder: resolve(folder), ...readingOf(flags) }),
    );
    endWith(exitCodeOfJob(job.state));
    const candidates = await call('dataset.scanResult', { project, job: job.id });
    if (job.state !== 'succeeded') printError(failureOf(job), { isJson, isSaid: false, rest: { candidates, job } });
    else if (isJson) printJson({ candidates, job });
    else printText(describeCandidates(candidates));
  });
}

function pairsOf({ pairsLow, factor }: ImportFlags): Pick<CommandInput<'dataset.import'>, 'pairs'> {
  if (pairsLow === undefined && factor === undefined) return {};
  if (pairsLow === undefined || factor === undefined)
    throw new AppError(
      'usage',
      'Real pairs need both --pairs-low, the folder, and --factor, by how much it is coarser.',
    );
  return { pairs: { folder: resolve(pairsLow), factor } };
}

async function importFolder(folder: string, flags: ImportFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  const { name, grid, spacingMm, holdout, seed } = flags;
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const input = {
      project,
      folder: resolve(folder),
      name,
      grid,
      spacingMm,
      holdout,
      seed,
      derivative: flags.derivative ?? null,
      ...pairsOf(flags),
      ...preprocessOf(flags),
      ...readingOf(flags),
      ...(flags.scan === undefined ? {} : { scans: [...flags.scan] }),
      ...(flags.keyFile === undefined ? {} : { keyFile: resolve(flags.keyFile) }),
    };
    const { job, files, privacy } = await follow(project, await call('dataset.import', input));
    endWith(exitCodeOfJob(job.state));
    if (job.state !== 'succeeded') {
      const error = job.error ?? {
        code: 'cancelled' as const,
        message: 'The import was stopped; nothing of it was kept.',
      };
      printError(error, { isJson, isSaid: false, rest: { dataset: null, files, job } });
      if (!isJson && files.length > 0) printText(describeFiles(files).trimStart());
      return;
    }
    const { volumeList, ...dataset } = await call('dataset.show', { project, name });
    if (isJson) printJson({ dataset, files, job, privacy });
    else {
      const report = privacy === null ? '' : `\n\n${describePrivacy(privacy)}`;
      printText(`Imported ${describeSummary({ ...dataset, volumeList })}${describeFiles(files)}${report}`);
    }
  });
}

export function addDatasetCommands(program: Command, endWith: EndWith): void {
  const group = program.command('dataset').description('bring scans into a project, look at them');

  group
    .command('scan')
    .description('look through a folder and say what an import would make of each file and series, without importing')
    .addArgument(new Argument('<folder>', 'the folder with the scans'))
    .addOption(projectOption())
    .addOption(frameOption())
    .addOption(incompleteOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel dataset scan ~/scans --project ageing')
    .action((folder: string, flags: ReadingFlags) => scanFolder(folder, flags, endWith));

  const importing = group
    .command('import')
    .description(
      'read the scans of a folder (DICOM, NIfTI, MGH, NRRD, MetaImage; flat, a folder per patient, or BIDS) onto a common grid',
    )
    .addArgument(new Argument('<folder>', 'the folder with the scans').argParser(path))
    .addOption(projectOption())
    .requiredOption('--name <name>', 'what to call the dataset')
    .addOption(
      new Option('--grid <voxels>', 'voxels a side of the common grid').argParser(wholeNumber(8)).makeOptionMandatory(),
    )
    .addOption(
      new Option('--spacing-mm <mm>', 'edge of a voxel, or auto: the smallest at which every brain fits')
        .argParser(spacing)
        .default('auto' as const),
    )
    .addOption(
      new Option('--holdout <share>', 'share of the subjects kept out of training')
        .argParser(holdoutShare)
        .default(0.2),
    )
    .addOption(seedOption())
    .option(
      '--derivative <name>',
      'BIDS: the folder under derivatives/ that holds label maps, to be imported with the scans',
    )
    .addOption(
      new Option(
        '--pairs-low <folder>',
        'real low-resolution scans of the same subjects in the same space: super-resolution learns from these pairs',
      ).argParser(path),
    )
    .option('--factor <factor>', 'by how much those are coarser, such as 2 or 1x1x4')
    .addOption(
      new Option(
        '--key-file <file.csv>',
        'write down which subject got which pseudonym; whoever has this file knows the names, so keep it apart from the project',
      ).argParser(path),
    )
    .option('--scan <path...>', 'only these files and series, as "dataset scan" names them; what it sets aside too')
    .addOption(frameOption())
    .addOption(incompleteOption());
  addPreprocessOptions(importing)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel dataset import ~/scans --project ageing --name adults --grid 64 --holdout 0.2\n  doppel dataset import ~/heads --project ageing --name brains --grid 64 --brain-mask human --bias-field --normalise zscore',
    )
    .action((folder: string, flags: ImportFlags) => importFolder(folder, flags, endWith));

  group
    .command('show')
    .description('the volumes of a dataset, where they lie and where they came from')
    .addOption(projectOption())
    .requiredOption('--name <name>', 'the dataset')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel dataset show --project ageing --name adults --json')
    .action(async (flags: ShowFlags) => {
      const dataset = await readDataset(flags);
      if (flags.json) printJson(datasetDocument(dataset));
      else printText(describeDataset(dataset));
    });

  group
    .command('quality')
    .description('which scans stand out and by what, and whether contrasts or scanners are mixed')
    .addOption(projectOption())
    .requiredOption('--name <name>', 'the dataset')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel dataset quality --project ageing --name adults')
    .action(async (flags: ShowFlags) => {
      const dataset = await readDataset(flags);
      const { describeQuality, qualityDocument } = await import('../describeQuality.ts');
      if (flags.json) printJson(qualityDocument(dataset));
      else printText(describeQuality(dataset));
    });
}

async function readDataset(flags: ShowFlags): Promise<DatasetDetail> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  return withSession(({ call }) => call('dataset.show', { project: chooseProject(flags), name: flags.name }));
}
