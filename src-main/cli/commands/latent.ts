/** `doppel latent encode | fit | walk | interpolate | list`: what a network has learnt, by the codes of scans. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { JobDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import type { LatentPath } from '#contract/latent.ts';
import type { EncodingDetail } from '#contract/latentCommands.ts';
import { caution } from '#shared/latent/caution.ts';
import { describeEncoding, describeFit } from '../describeLatent.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, path, projectOption, seedOption, wholeNumber, type ProjectFlags } from '../flags.ts';
import { formatTable, printJson, printText } from '../output.ts';
import type { Session } from '../session.ts';

type Words = (
  detail: JobDetail,
  listed: readonly EncodingDetail[],
) => { readonly document: object; readonly text: string };

/** Starts a job, follows it and tells its results. */
async function run(
  flags: ProjectFlags,
  endWith: EndWith,
  work: { start(session: Session, project: string): Promise<Job>; readonly tell: Words },
): Promise<void> {
  const [{ withSession }, { chooseProject }, { jobDocument, reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async (session) => {
    const project = chooseProject(flags);
    const detail = await session.follow(project, await work.start(session, project));
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') {
      reportEnd(detail, { project, isJson });
      return;
    }
    const listed = await session.call('latent.list', { project });
    const { document, text } = work.tell(jobDocument(project, detail), listed);
    if (isJson) printJson({ ...document, job: detail.job });
    else printText(text);
  });
}

const filesOf = ({ artifacts }: JobDetail): string[] => artifacts.map((artifact) => artifact.path);

interface EncodeFlags extends ProjectFlags {
  readonly checkpoint: string;
  readonly job?: string;
  readonly dataset?: string;
  readonly steps: number;
  readonly seed: number;
}

async function encode(flags: EncodeFlags, endWith: EndWith): Promise<void> {
  await run(flags, endWith, {
    start: async ({ call }, project) =>
      call('latent.encode', {
        project,
        checkpoint: flags.job === undefined ? (flags.checkpoint === 'latest' ? null : flags.checkpoint) : await newestOf({ call }, project, flags.job),
        dataset: flags.dataset ?? null,
        steps: flags.steps,
        seed: flags.seed,
      }),
    tell: (detail, listed) => {
      const found = listed.find(({ job }) => job === detail.job.id);
      if (found === undefined) throw new AppError('internal', 'The codes were not found again.');
      const files = filesOf(detail);
      const { encoding, columns } = found;
      return {
        document: { encoding, columns, files },
        text: `${describeEncoding(found)}\n${files.join('\n')}\nNext: doppel latent fit --job ${detail.job.id} --column ${columns[0]?.name ?? 'NAME'}`,
      };
    },
  });
} // prettier-ignore

/** The newest checkpoint of a training. */
async function newestOf({ call }: Pick<Session, 'call'>, project: string, job: string): Promise<string> {
  const { job: found } = await call('job.show', { project, job });
  if (found.checkpoint !== null) return found.checkpoint;
  throw new AppError('usage', `Job ${found.id} has no checkpoint: it is of kind ${found.kind}, ${found.state}.`);
}

interface FitFlags extends ProjectFlags {
  readonly job?: string;
  readonly column: string;
  readonly value?: string;
  readonly permutations: number;
  readonly seed: number;
}

async function fit(flags: FitFlags, endWith: EndWith): Promise<void> {
  await run(flags, endWith, {
    start: ({ call }, project) =>
      call('latent.fit', {
        project,
        encoding: flags.job ?? null,
        column: flags.column,
        positive: flags.value ?? null,
        permutations: flags.permutations,
        seed: flags.seed,
      }),
    tell: (detail, listed) => {
      const found = listed.flatMap(({ fits }) => fits).find(({ job }) => job === detail.job.id);
      if (found === undefined) throw new AppError('internal', 'The fit was not found again.');
      return {
        document: { fit: found.fit, caution, files: filesOf(detail) },
        text: `${describeFit(found.fit)}\n${caution}\nNext: doppel latent walk --job ${detail.job.id} --out walk`,
      };
    },
  });
}

/** A scan by the id of its volume, or by its subject where that has one scan. */
function volumeOf({ encoding }: EncodingDetail, given: string): string {
  const found = encoding.scans.filter(({ volume, subject }) => volume === given || subject === given);
  const [scan] = found;
  if (scan !== undefined && found.length === 1) return scan.volume;
  const known = encoding.scans.map(({ subject, volume }) => `${subject} (${volume})`).join(', ');
  throw new AppError('not-found', `${found.length === 0 ? 'No scan' : 'More than one scan'} is called "${given}". There is: ${known}.`); // prettier-ignore
}

const tellWalk: Words = (detail) => {
  const of = (kind: string): string[] => detail.artifacts.filter((artifact) => artifact.kind === kind).map(({ path: file }) => file); // prettier-ignore
  const [list] = of('sidecar');
  const [film] = of('film');
  const volumes = of('walk-volume');
  return {
    document: { volumes, film, list, caution },
    text: `Wrote ${String(volumes.length)} scans and the film ${film ?? ''}\n${caution}`,
  };
};

interface WalkFlags extends ProjectFlags {
  readonly job?: string;
  readonly column?: string;
  readonly scan?: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly out?: string;
}

async function walk(flags: WalkFlags, endWith: EndWith): Promise<void> {
  await run(flags, endWith, {
    start: async ({ call }, project) => {
      const listed = await call('latent.list', { project });
      const { detail, job } = findFit(listed, flags);
      const volume = flags.scan === undefined ? null : volumeOf(detail, flags.scan);
      const along: LatentPath = { kind: 'direction', fit: job, volume, low: flags.from, high: flags.to };
      return call('latent.walk', { project, path: along, count: flags.count, out: outOf(flags) });
    },
    tell: tellWalk,
  });
}

/** The fit of that job, or the newest of that column, or the newest. */
function findFit(
  listed: readonly EncodingDetail[],
  { job, column }: Pick<WalkFlags, 'job' | 'column'>,
): { detail: EncodingDetail; job: string } {
  const fits = listed.flatMap((detail) => detail.fits.map((found) => ({ detail, ...found })));
  const found = fits.find((one) => (job === undefined || one.job.startsWith(job)) && (column === undefined || one.fit.column === column)); // prettier-ignore
  if (found !== undefined) return found;
  throw new AppError('not-found', `There is no ${job === undefined ? '' : `fit ${job}`}${column === undefined ? '' : ` fit of "${column}"`}. Fit a column first: doppel latent fit --column ${column ?? 'NAME'}.`); // prettier-ignore
}

interface InterpolateFlags extends ProjectFlags {
  readonly job?: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly out?: string;
}

async function interpolate(flags: InterpolateFlags, endWith: EndWith): Promise<void> {
  await run(flags, endWith, {
    start: async ({ call }, project) => {
      const listed = await call('latent.list', { project });
      const detail = listed.find(({ job }) => flags.job === undefined || job.startsWith(flags.job));
      if (detail === undefined) throw new AppError('not-found', 'There are no codes yet. Make them first: doppel latent encode.'); // prettier-ignore
      const [from, to] = [volumeOf(detail, flags.from), volumeOf(detail, flags.to)];
      const along: LatentPath = { kind: 'interpolation', encoding: detail.job, from, to };
      return call('latent.walk', { project, path: along, count: flags.count, out: outOf(flags) });
    },
    tell: tellWalk,
  });
}

const outOf = ({ out }: { readonly out?: string }): string | null => (out === undefined ? null : resolve(out));

async function list(flags: ProjectFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await Promise.all([
    import('../session.ts'),
    import('../chooseProject.ts'),
  ]);
  await withSession(async ({ call }) => {
    const encodings = await call('latent.list', { project: chooseProject(flags) });
    if (flags.json === true) {
      printJson({ encodings });
      return;
    }
    const rows = encodings.flatMap(({ job, encoding, fits }) => [
      [job, encoding.modelId, `${String(encoding.scans.length)} scans of ${encoding.dataset}`],
      ...fits.map((found) => [`  ${found.job}`, found.fit.column, `${found.fit.score.name} ${found.fit.score.value.toFixed(3)}`]),
    ]);
    printText(rows.length === 0 ? 'The project has no codes yet: doppel latent encode.' : formatTable(rows));
  });
} // prettier-ignore

/** For option parsers: within what a slider moves. */
function standardDeviations(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(Math.abs(value) <= 6)) throw new InvalidArgumentError('Give a number from -6 to 6.');
  return value;
}

const jobOption = (text: string): Option => new Option('--job <id>', text);
const countOption = (): Option =>
  new Option('--count <number>', 'how many scans').argParser(wholeNumber(2)).default(13);
const outOption = (): Option =>
  new Option('--out <folder>', 'where the walk goes; else a folder of the project').argParser(path);
const sdOption = (name: string, initial: number): Option =>
  new Option(`--${name} <sd>`, 'standard deviations of the score').argParser(standardDeviations).default(initial);

export function addLatentCommands(program: Command, endWith: EndWith): void {
  const group = program
    .command('latent')
    .description('what a network has learnt: codes of scans, columns in them, walks');

  group
    .command('encode')
    .description('find the codes of all scans of a dataset, by the encoder of the network or by optimisation')
    .addOption(projectOption())
    .option('--checkpoint <id>', 'the trained state; latest: the newest that makes scans', 'latest')
    .addOption(jobOption('a training, whose newest checkpoint is meant'))
    .option('--dataset <name>', 'the scans; else those the network was trained on')
    .addOption(
      new Option('--steps <number>', 'of the optimisation, for a network without encoder')
        .argParser(wholeNumber(1))
        .default(200),
    )
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel latent encode --project ageing')
    .action((flags: EncodeFlags) => encode(flags, endWith));

  group
    .command('fit')
    .description("fit a column of the participants' table to the codes, by nested cross-validation")
    .addOption(projectOption())
    .addOption(jobOption('the encoding, or a training; else the newest codes'))
    .requiredOption('--column <name>', 'of the participants’ table: numbers, or kinds')
    .option('--value <kind>', 'the kind to tell from all others; else the second of two')
    .addOption(new Option('--permutations <number>', 'by which p is found').argParser(wholeNumber(19)).default(200))
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel latent fit --project ageing --column age')
    .action((flags: FitFlags) => fit(flags, endWith));

  group
    .command('walk')
    .description('move a scan along the direction of a column: NIfTI scans and a film')
    .addOption(projectOption())
    .addOption(jobOption('the fit; else the newest'))
    .option('--column <name>', 'the newest fit of this column')
    .option('--scan <subject>', 'where it starts, by subject or volume; else at the mean of the codes')
    .addOption(sdOption('from', -3))
    .addOption(sdOption('to', 3))
    .addOption(countOption())
    .addOption(outOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel latent walk --project ageing --column age --scan sub-01 --out walk')
    .action((flags: WalkFlags) => walk(flags, endWith));

  group
    .command('interpolate')
    .description('go from one scan to another: NIfTI scans and a film')
    .addOption(projectOption())
    .addOption(jobOption('the encoding; else the newest'))
    .requiredOption('--from <subject>', 'by subject or volume')
    .requiredOption('--to <subject>', 'by subject or volume')
    .addOption(countOption())
    .addOption(outOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel latent interpolate --project ageing --from sub-01 --to sub-02 --out walk',
    )
    .action((flags: InterpolateFlags) => interpolate(flags, endWith));

  group
    .command('list')
    .description('the codes of a project and what was fitted to them, the newest first')
    .addOption(projectOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel latent list --project ageing')
    .action(list);
}
