/** `doppel sr-evaluate`: does super-resolution gain anything over interpolation, on scans the network has not seen? */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { JobDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { EvaluationReport, MethodResult } from '#contract/evaluation.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import {
  givenCheckpoint,
  jsonOption,
  path,
  projectOption,
  seedOption,
  wholeNumber,
  type ProjectFlags,
} from '../flags.ts';
import { formatTable, printJson, printText } from '../output.ts';

interface EvaluateFlags extends ProjectFlags {
  readonly checkpoint: string;
  readonly high?: readonly string[];
  readonly low?: readonly string[];
  readonly backProjection: number;
  readonly includeTraining?: true;
  readonly out?: string;
  readonly seed: number;
}

const mostSteps = 50;

function steps(text: string): number {
  const value = wholeNumber(0)(text);
  if (value > mostSteps) throw new InvalidArgumentError(`Give a whole number from 0 to ${String(mostSteps)}.`);
  return value;
}

const collect = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, path(text)];

const show = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

function resultRow(
  source: string,
  { method, psnr, ssim, nrmse, gradientError, hfen, checkerboard }: MethodResult,
): string[] {
  return [source, method, show(psnr, 2), show(ssim, 4), show(nrmse, 4), show(gradientError, 4), show(hfen, 4), show(checkerboard, 2)]; // prettier-ignore
}

function describeReport({ scans, tests, warnings, split }: EvaluationReport, files: readonly string[]): string {
  const results = scans.flatMap((scan) => scan.methods.map((result) => resultRow(scan.source, result)));
  const rows = tests.map((test) => [
    test.measure, `${test.method} - ${test.baseline}`, test.medianDifference.toPrecision(3), String(test.n),
    test.p.toPrecision(2), test.pHolm.toPrecision(2), test.rankBiserial.toFixed(2), test.verdict,
  ]); // prettier-ignore
  return [
    ...warnings.map((text) => `Warning: ${text}`),
    split,
    '',
    formatTable([['scan', 'method', 'psnr', 'ssim', 'nrmse', 'gradient', 'hfen', 'checkerboard'], ...results]),
    '',
    formatTable([['measure', 'difference', 'median', 'n', 'p', 'p (Holm)', 'r', ''], ...rows]),
    '',
    ...files.map((file) => `Report: ${file}`),
  ].join('\n');
}

/** Artifacts with absolute paths. */
const reportFiles = ({ artifacts }: JobDetail): readonly string[] =>
  artifacts.filter(({ kind }) => kind === 'report').map((artifact) => artifact.path);

async function evaluate(flags: EvaluateFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { jobDocument, reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const job = await call('checkpoint.evaluate', {
      project,
      checkpoint: givenCheckpoint(flags.checkpoint),
      high: (flags.high ?? []).map((file) => resolve(file)),
      low: (flags.low ?? []).map((file) => resolve(file)),
      includeTraining: flags.includeTraining === true,
      backProjection: flags.backProjection,
      out: flags.out === undefined ? null : resolve(flags.out),
      seed: flags.seed,
    });
    const detail = jobDocument(project, await follow(project, job));
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') {
      reportEnd(detail, { project, isJson });
      return;
    }
    const found = (await call('evaluation.list', { project })).find((evaluation) => evaluation.job === detail.job.id);
    if (found === undefined) throw new AppError('internal', 'The evaluation ended well but left no report.');
    const files = reportFiles(detail);
    if (isJson) printJson({ ...found.report, reports: files, job: detail.job });
    else printText(describeReport(found.report, files));
  });
}

export function addEvaluateCommand(program: Command, endWith: EndWith): void {
  program
    .command('sr-evaluate')
    .description('make scans coarse, enlarge them by the network and by interpolation, and measure both against them')
    .addOption(projectOption())
    .option(
      '--checkpoint <checkpoint>',
      'the trained network: an id, a folder that a colleague sent, or latest: the newest of the project',
      'latest',
    )
    .addOption(
      new Option('--high <file...>', 'high-resolution scans; default: the held-out scans of its dataset').argParser(
        collect,
      ),
    )
    .addOption(
      new Option(
        '--low <file...>',
        'real low-resolution scans of the same subjects, matched to --high by name; default: made from those',
      ).argParser(collect),
    )
    .addOption(
      new Option('--back-projection <steps>', 'measure also with so many steps towards the input')
        .argParser(steps)
        .default(0),
    )
    .option('--include-training', 'measure scans that it was trained on too; the report says so')
    .addOption(new Option('--out <folder>', 'write the report here too').argParser(path))
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel sr-evaluate --project ageing --checkpoint latest --high sub-21_T1w.nii.gz sub-22_T1w.nii.gz',
    )
    .action((flags: EvaluateFlags) => evaluate(flags, endWith));
}
