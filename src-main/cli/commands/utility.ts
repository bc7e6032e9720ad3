/** `doppel utility`: does a segmentation network learn more with synthetic scans than without? */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '#contract/errors.ts';
import {
  usualUtilityArms,
  utilityArmId,
  type UtilityArm,
  type UtilityLabels,
  type UtilityReport,
} from '#contract/evidence/utility.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, positiveNumber, projectOption, seedOption, wholeNumber, type ProjectFlags } from '../flags.ts';
import { formatTable, printJson, printText } from '../output.ts';

interface UtilityFlags extends ProjectFlags {
  readonly dataset: string;
  readonly synthetic: string;
  readonly syntheticLabels?: string;
  readonly labels: UtilityLabels;
  readonly arms: readonly UtilityArm[];
  readonly folds: number;
  readonly testOn: 'unseen' | 'all';
  readonly updates: number;
  readonly width: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
}

function armOf(text: string): UtilityArm {
  if (text === 'real' || text === 'augmented') return { kind: text };
  const [, kind, percent] = /^(mixed|synthetic)-(\d{1,4})$/.exec(text) ?? [];
  const share = Number(percent);
  if ((kind !== 'mixed' && kind !== 'synthetic') || share < 1 || share > 1000)
    throw new InvalidArgumentError('Name arms as real, augmented, mixed-50 (real and half as many synthetic), synthetic-100.'); // prettier-ignore
  return { kind, percent: share };
}

const arms = (text: string): readonly UtilityArm[] => text.split(',').map((arm) => armOf(arm.trim()));
const folds = (text: string): number => wholeNumber(2)(text);

function describeReport({ summaries, tests, notes, split }: UtilityReport, files: readonly string[]): string {
  const results = summaries.map(({ arm, class: name, measure, value, deviation, low, high, n }) => [
    arm, name, measure, value.toFixed(4), deviation === null ? '–' : deviation.toFixed(4), `${low.toFixed(4)} … ${high.toFixed(4)}`, String(n),
  ]); // prettier-ignore
  const rows = tests.map((test) => [
    `${test.arm} - ${test.baseline}`, test.class, test.measure, test.meanDifference.toPrecision(3), String(test.n),
    test.p.toPrecision(2), test.pHolm.toPrecision(2), test.rankBiserial.toFixed(2), test.verdict,
  ]); // prettier-ignore
  return [
    split.words,
    '',
    formatTable([['trained on', 'class', 'measure', 'mean', 'sd', '95 %', 'n'], ...results]),
    '',
    formatTable([['difference', 'class', 'measure', 'mean', 'n', 'p', 'p (Holm)', 'r', ''], ...rows]),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
    ...files.map((file) => `Report: ${file}`),
  ].join('\n');
}

async function measureUse(flags: UtilityFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { jobDocument, reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const isJson = flags.json === true;
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const { synthetic } = flags;
    const job = await call('utility.run', {
      project,
      dataset: flags.dataset,
      synthetic: /[/\\]/.test(synthetic) || existsSync(synthetic) ? resolve(synthetic) : synthetic,
      syntheticLabels: flags.syntheticLabels ?? null,
      labels: flags.labels,
      arms: [...flags.arms],
      folds: flags.folds,
      testOn: flags.testOn,
      network: { width: flags.width, batch: flags.batch, updates: flags.updates, rate: flags.rate },
      seed: flags.seed,
    });
    const detail = jobDocument(project, await follow(project, job));
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') {
      reportEnd(detail, { project, isJson });
      return;
    }
    const found = (await call('utility.list', { project })).find((evidence) => evidence.job === detail.job.id);
    if (found === undefined) throw new AppError('internal', 'The comparison ended well but left no report.');
    const files = detail.artifacts.filter(({ kind }) => kind === 'report').map((artifact) => artifact.path);
    if (isJson) printJson({ ...found.report, reports: files, job: detail.job });
    else printText(describeReport(found.report, files));
  });
}

export function addUtilityCommand(program: Command, endWith: EndWith): void {
  program
    .command('utility')
    .description('train segmentation networks with and without synthetic scans, and test them on real ones by subject')
    .addOption(projectOption())
    .requiredOption('--dataset <name>', 'the real scans')
    .requiredOption('--synthetic <folder>', 'synthetic scans: a folder, or the id of the synthesis that made them')
    .option(
      '--synthetic-labels <name>',
      'their label maps, derivatives/NAME in that folder; default: found by the network trained on reals',
    ) // prettier-ignore
    .addOption(
      new Option('--labels <what>', 'what is segmented: the three tissues, or every label of the imported label maps')
        .choices(['tissue', 'labels'])
        .default('tissue'),
    )
    .addOption(
      new Option('--arms <list>', 'what networks are trained on, beside real scans')
        .argParser(arms)
        .default(usualUtilityArms, usualUtilityArms.map(utilityArmId).join(',')),
    )
    .addOption(new Option('--folds <number>', 'of the cross-validation by subject').argParser(folds).default(5))
    .addOption(
      new Option('--test-on <scans>', 'scans that the generator was not trained on, where that is known, or all')
        .choices(['unseen', 'all'])
        .default('unseen'),
    )
    .addOption(new Option('--updates <number>', 'of every network').argParser(wholeNumber(1)).default(200))
    .addOption(new Option('--width <maps>', 'of the network, a multiple of 4').argParser(wholeNumber(4)).default(8))
    .addOption(new Option('--batch <scans>', 'of an update').argParser(wholeNumber(1)).default(2))
    .addOption(new Option('--rate <number>', "Adam's at first").argParser(positiveNumber).default(3e-3))
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel utility --project ageing --dataset adults --synthetic synthetic --labels tissue',
    )
    .action((flags: UtilityFlags) => measureUse(flags, endWith));
}
