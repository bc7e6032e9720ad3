/** `doppel super-resolve` and `doppel degrade`: one scan made of another, finer or coarser. */
import { resolve } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { SuperResolveResult } from '#contract/commands.ts';
import type { FileOutcome } from '#contract/records.ts';
import { sliceProfiles, type SliceProfile } from '#shared/volume/factor.ts';
import { exitCodeOfJob, exitCodes, type EndWith } from '../exitCodes.ts';
import {
  givenCheckpoint,
  jsonOption,
  path,
  projectOption,
  seedOption,
  wholeNumber,
  type CommonFlags,
  type ProjectFlags,
} from '../flags.ts';
import { failureOf } from '../reportJob.ts';
import { formatNumber, formatTable, printError, printJson, printText, say } from '../output.ts';

interface SuperResolveFlags extends ProjectFlags {
  readonly checkpoint: string;
  readonly out: string;
  readonly factor?: string;
  readonly tile?: number;
  readonly uncertainty?: true;
  readonly backProjection: number;
}

interface DegradeFlags extends CommonFlags {
  readonly factor: string;
  readonly out: string;
  readonly profile: SliceProfile;
  readonly noise: number;
  readonly seed: number;
}

/** A share of the intensity range. */
function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Give a number from 0 to 1, for example 0.02.');
  return value;
}

function collectPaths(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, path(text)];
}

const inMm = (spacing: readonly number[]): string => `${spacing.map((length) => formatNumber(length)).join(' × ')} mm`;

function describeVolumes({ volumes }: SuperResolveResult): string {
  const rows = volumes.map(({ path: file, spacingMm }) => [file, inMm(spacingMm)]);
  const notes = volumes.flatMap(({ path: file, warning, consistency }) => [
    '',
    `${file}: ${consistency.words}`,
    ...(warning === null ? [] : [`  Look at it with care: ${warning}`]),
  ]);
  return [formatTable([['volume', 'voxels'], ...rows]), ...notes].join('\n');
}

/** For programs: what was made, and what could not be used. */
function superResolveDocument({ volumes }: SuperResolveResult, files: readonly FileOutcome[]): object {
  return {
    volumes,
    rejected: files
      .filter(({ status }) => status === 'rejected')
      .map(({ path: source, code, reason }) => ({ source, code, reason })),
  };
}

async function superResolve(files: readonly string[], flags: SuperResolveFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const detail = await follow(
      project,
      await call('scan.superResolve', {
        project,
        checkpoint: givenCheckpoint(flags.checkpoint),
        files: files.map((file) => resolve(file)),
        out: resolve(flags.out),
        factor: flags.factor ?? null,
        tile: flags.tile ?? null,
        uncertainty: flags.uncertainty === true,
        backProjection: flags.backProjection,
      }),
    );
    const { job } = detail;
    const result = await call('scan.superResolveResult', { project, job: job.id });
    const document = { ...superResolveDocument(result, detail.files), job };
    const rejected = detail.files.filter(({ status }) => status === 'rejected');
    endWith(job.state === 'succeeded' && rejected.length > 0 ? exitCodes.failure : exitCodeOfJob(job.state));
    if (job.state !== 'succeeded') {
      printError(failureOf(job), { isJson, isSaid: false, rest: document });
      return;
    }
    for (const { path: source, reason } of rejected) say(`doppel: ${source}: ${reason}`);
    if (isJson) printJson(document);
    else printText(describeVolumes(result));
  });
}

async function degrade(file: string, flags: DegradeFlags): Promise<void> {
  const { withSession } = await import('../session.ts');
  const { factor, profile, noise, seed } = flags;
  const result = await withSession(({ call }) =>
    call('scan.degrade', { file: resolve(file), out: resolve(flags.out), factor, profile, noise, seed }),
  );
  for (const warning of result.warnings) say(`doppel: ${warning}`);
  if (flags.json === true) printJson(result);
  else printText(`Wrote ${result.path}: ${result.size.join(' × ')} voxels of ${inMm(result.spacingMm)}`);
}

export function addSuperResolutionCommands(program: Command, endWith: EndWith): void {
  program
    .command('super-resolve')
    .description(
      "make scans finer with a trained network, as NIfTI files in the scan's own space marked SUPER-RESOLVED",
    )
    .addArgument(new Argument('<file...>', 'scans (NIfTI, MGH), or folders of scans').argParser(collectPaths))
    .addOption(projectOption())
    .option(
      '--checkpoint <checkpoint>',
      'the trained state to use: an id, a folder that a colleague sent (taken into the project), or latest: the newest super-resolution one',
      'latest',
    )
    .addOption(new Option('--out <folder>', 'where the files go').argParser(path).makeOptionMandatory())
    .option('--factor <factor>', 'what the checkpoint must do, such as 2 or 1x1x4; without it: whatever it does')
    .addOption(
      new Option(
        '--tile <voxels>',
        'largest piece at a time, in voxels of the scan a side: less takes less memory',
      ).argParser(wholeNumber(8)),
    )
    .option(
      '--uncertainty',
      'also a map of how the answers to mirrored and shifted views differ; takes up to 8 times as long',
    )
    .addOption(
      new Option('--back-projection <steps>', 'steps that bring the result into agreement with the scan')
        .argParser(wholeNumber(0))
        .default(0),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel super-resolve thick.nii.gz --project study --checkpoint latest --out finer --uncertainty',
    )
    .action((files: readonly string[], flags: SuperResolveFlags) => superResolve(files, flags, endWith));

  program
    .command('degrade')
    .description('the scanner model alone: what a scan with larger voxels or thicker slices would have shown')
    .addArgument(new Argument('<file>', 'a scan (NIfTI, MGH)').argParser(path))
    .requiredOption(
      '--factor <factor>',
      'voxels in one, along right, anterior and superior whatever the axis order of the file: 2, or 1x1x4',
    )
    .addOption(new Option('--out <file>', 'the result, .nii or .nii.gz').argParser(path).makeOptionMandatory())
    .addOption(
      new Option('--profile <profile>', 'what a voxel sees: gaussian (half maximum as wide as the voxel), box, kspace')
        .choices(sliceProfiles)
        .default('gaussian'),
    )
    .addOption(
      new Option('--noise <share>', 'standard deviation of added noise, of the intensity range')
        .argParser(share)
        .default(0),
    )
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel degrade scan.nii.gz --factor 1x1x4 --out thick.nii.gz')
    .action(degrade);
}
