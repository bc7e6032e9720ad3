/** `doppel leaderboard`: all models trained on a dataset in one table, and the run that makes it. */
import { Option, type Command } from 'commander';
import type { Leaderboard } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { Figure } from '#contract/evidence/figure.ts';
import type { LeaderboardMeasure, LeaderboardReport, LeaderboardTraining } from '#contract/evidence/leaderboard.ts';
import type { Job } from '#contract/jobs.ts';
import { leaderboardColumns } from '#shared/report/evidence/leaderboardColumns.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, positiveNumber, projectOption, seedOption, wholeNumber, type ProjectFlags } from '../flags.ts';
import { formatSeconds, formatTable, printJson, printText, say } from '../output.ts';

interface LeaderboardFlags extends ProjectFlags {
  readonly dataset: string;
  readonly run?: true;
  readonly models?: readonly string[];
  readonly minutes?: number;
  readonly iterations?: number;
  readonly preset?: string;
  readonly allowHeads?: true;
  readonly count: number;
  readonly seed: number;
}

const names = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

const show = (figure: Figure | null): string => {
  const { value = null, low = null, high = null } = figure ?? {};
  if (value === null) return '–';
  const digits = (number: number): string => number.toPrecision(3);
  return low === null || high === null ? digits(value) : `${digits(value)} [${digits(low)}, ${digits(high)}]`;
};

/** The measures that have a column, of every extractor; the rest is in the JSON. */
function columnsOf({ references }: LeaderboardReport): LeaderboardReport['references'] {
  return references.filter(({ name }) => leaderboardColumns.some((each) => each === name));
}

const columnTitle = ({ name, extractor }: Pick<LeaderboardMeasure, 'name' | 'extractor'>): string =>
  extractor === null ? name : `${name} (${extractor})`;

function rowOf({ modelId, seed, iterations, seconds }: LeaderboardTraining): string[] {
  return [modelId, String(seed), String(iterations), seconds === null ? '–' : formatSeconds(seconds)];
}

function describeGroup(report: LeaderboardReport, { words, rows }: LeaderboardReport['groups'][number]): string {
  const columns = columnsOf(report);
  const blank = ['', '', ''];
  const reference = (title: string, of: 'floor' | 'meanBrain' | 'pcaGaussian'): string[] => [
    title,
    ...blank,
    ...columns.map((column) => show(column[of])),
  ];
  const measured = rows.map((row) => [
    ...rowOf(row),
    ...columns.map(({ name, extractor }) => {
      const found = row.measures.find((measure) => measure.name === name && measure.extractor === extractor);
      return show(found?.figure ?? null);
    }),
  ]);
  const head = ['model', 'seed', 'iterations', 'trained for', ...columns.map(columnTitle)];
  const references = [reference('floor: halves of the reals', 'floor'), reference('mean brain', 'meanBrain'), reference('PCA–Gaussian', 'pcaGaussian')]; // prettier-ignore
  return `${words}\n${formatTable([head, ...measured, ...references])}`;
}

function describe({ measured, unmeasured }: Leaderboard, dataset: string): string {
  const waiting = unmeasured.length === 0 ? [] : [`Not measured yet: ${unmeasured.map(({ modelId, job }) => `${modelId} (${job})`).join(', ')}. Measure with: doppel leaderboard --dataset ${dataset} --run`]; // prettier-ignore
  if (measured === null) return ['Nothing was measured yet.', ...waiting].join('\n');
  const { report } = measured;
  return [
    `${String(report.count)} scans of each training against ${report.split}; ${report.createdAt.slice(0, 10)}, Doppel ${report.doppel}.`,
    ...report.extractors.map(({ name, sha256, words }) => `${name} (${sha256.slice(0, 12)}): ${words}`),
    ...report.groups.map((group) => `\n${describeGroup(report, group)}`),
    '',
    ...report.notes.map((note) => `- ${note}`),
    ...waiting,
  ].join('\n');
}

function budgetOf({
  minutes,
  iterations,
  models = [],
}: LeaderboardFlags): { minutes: number } | { iterations: number } {
  if (minutes !== undefined && iterations !== undefined)
    throw new AppError('usage', 'Give minutes or iterations, not both.');
  if (iterations !== undefined) return { iterations };
  if (minutes === undefined && models.length > 0)
    throw new AppError('usage', 'How long may each model train? Give --minutes or --iterations.');
  return { minutes: minutes ?? 1 }; // without a model nothing is trained
}

async function showLeaderboard(flags: LeaderboardFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { failureOf }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  const { dataset, models = [], preset, seed, count } = flags;
  if (models.length > 0 && flags.run !== true) throw new AppError('usage', 'Models are trained with --run.');
  await withSession(async ({ call, follow }) => {
    const project = chooseProject(flags);
    const jobs: Job[] = [];
    if (flags.run === true) {
      const until = budgetOf(flags);
      const heads = flags.allowHeads === true ? { allowHeads: true } : {};
      const request = { project, dataset, models: [...models], until, preset: preset ?? null, count, seed, ...heads };
      const { trainings, measurement } = await call('leaderboard.run', request);
      for (const job of [...trainings, measurement]) {
        const { job: over } = await follow(project, job);
        jobs.push(over);
        if (over.state !== 'succeeded') say(`doppel: ${over.id}: ${failureOf(over).message}`);
      }
      endWith(exitCodeOfJob(jobs.find(({ state }) => state !== 'succeeded')?.state ?? 'succeeded'));
    }
    const found = await call('leaderboard.show', { project, dataset });
    if (flags.json === true) printJson({ ...found, jobs });
    else printText(describe(found, dataset));
  });
}

export function addLeaderboardCommand(program: Command, endWith: EndWith): void {
  program
    .command('leaderboard')
    .description('all models trained on a dataset in one table, measured against the same real scans; --run makes it')
    .addOption(projectOption())
    .requiredOption('--dataset <name>', 'what they were trained on')
    .option('--run', 'train --models one after another, then measure every training of the dataset')
    .addOption(new Option('--models <list>', 'to train, with commas between them').argParser(names))
    .addOption(new Option('--minutes <number>', 'of each training').argParser(positiveNumber))
    .addOption(new Option('--iterations <number>', 'of each training').argParser(wholeNumber(1)))
    .option('--preset <name>', 'of all models; default: that for a first look')
    .option('--allow-heads', 'train on scans that show whole heads')
    .addOption(new Option('--count <number>', 'synthetic scans of each training').argParser(wholeNumber(8)).default(48))
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel leaderboard --project ageing --dataset adults --run --models alpha-wgan,ha-gan --minutes 15',
    )
    .action((flags: LeaderboardFlags) => showLeaderboard(flags, endWith));
}
