/** `doppel train`. */
import { Option, type Command } from 'commander';
import type { CommandInput } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import { collapseActions, type CollapseAction } from '#contract/health.ts';
import type { Job } from '#contract/jobs.ts';
import type { TrainingPlan } from '#contract/plan.ts';
import type { DatasetRecord } from '#contract/records.ts';
import { steadierSettings } from '#shared/fewScans.ts';
import { describeMissing } from '../describePlan.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import {
  jsonOption,
  positiveNumber,
  projectOption,
  seedOption,
  setting,
  wholeNumber,
  type ProjectFlags,
} from '../flags.ts';
import { say } from '../output.ts';

/** Long enough for a small grid to show brains; short enough to wait for. */
export const defaultMinutes = 60;

export interface UntilFlags {
  readonly iterations?: number;
  readonly minutes?: number;
}

interface TrainFlags extends ProjectFlags, UntilFlags {
  readonly dataset: string;
  readonly model: string;
  readonly preset?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly from?: string;
  readonly allowHeads?: true;
  readonly pieces?: number;
  readonly recompute?: true;
  readonly plan?: true;
  readonly previewEvery?: number;
  readonly checkpointEvery?: number;
  readonly watchEvery?: number;
  readonly onCollapse: CollapseAction;
}

export const iterationsOption = (): Option =>
  new Option('--iterations <number>', 'train until this many iterations')
    .argParser(wholeNumber(1))
    .conflicts('minutes');
export const minutesOption = (what: string): Option =>
  new Option('--minutes <minutes>', what).argParser(positiveNumber).conflicts('iterations');

/** Null when neither was given. */
export function untilOf({ iterations, minutes }: UntilFlags): CommandInput<'job.resume'>['until'] {
  if (iterations !== undefined) return { iterations };
  return minutes === undefined ? null : { minutes };
}

/** Nothing where neither was given: the training decides. */
function memoryOf({ pieces, recompute }: TrainFlags): Pick<CommandInput<'model.train'>, 'memory'> {
  if (pieces === undefined && recompute === undefined) return {};
  return { memory: { pieces: pieces ?? 1, recompute: recompute ?? false } };
}

/** A word on what helps, where a network is to learn from few scans. */
function sayFewScans({ request }: Job, dataset: DatasetRecord): void {
  const settings = request.kind === 'train' ? steadierSettings(request.config, dataset) : null;
  if (settings === null) return;
  const flags = Object.entries(settings).map(([key, value]) => `--set ${key}=${String(value)}`);
  say(
    `With ${String(dataset.train)} training scans a discriminator soon knows them by heart. To show it real and synthetic scans changed alike: ${flags.join(' ')}`,
  );
}

/** What a plan that fits comes to; throws `out-of-memory` for one that does not. */
function adopt(plan: TrainingPlan): Pick<CommandInput<'model.train'>, 'memory' | 'plan'> {
  const { choice } = plan;
  if (choice.kind === 'too-large') throw new AppError('out-of-memory', describeMissing(choice));
  const { pieces, recompute } = choice;
  return { memory: { pieces, recompute }, plan };
}

async function train(flags: TrainFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { reportEnd }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../reportJob.ts'),
  ]); // prettier-ignore
  await withSession(async ({ call, follow, plan }) => {
    const project = chooseProject(flags);
    const learned = {
      project,
      dataset: flags.dataset,
      modelId: flags.model,
      preset: flags.preset ?? null,
      overrides: flags.set ?? {},
    };
    const planned = flags.plan === true ? adopt(await plan({ ...learned, freeBytes: null })) : {};
    const job = await call('model.train', {
      ...learned,
      ...planned,
      until: untilOf(flags) ?? { minutes: defaultMinutes },
      seed: flags.seed,
      ...(flags.from === undefined ? {} : { startFrom: flags.from }),
      ...(flags.allowHeads === undefined ? {} : { allowHeads: true }),
      ...memoryOf(flags),
      previewEvery: flags.previewEvery ?? null,
      checkpointEvery: flags.checkpointEvery ?? null,
      watchEvery: flags.watchEvery ?? null,
      onCollapse: flags.onCollapse,
    });
    if (flags.json !== true) sayFewScans(job, await call('dataset.show', { project, name: flags.dataset }));
    const detail = await follow(project, job);
    endWith(exitCodeOfJob(detail.job.state));
    reportEnd(detail, { project, isJson: flags.json === true });
  });
}

export function addTrainCommand(program: Command, endWith: EndWith): void {
  program
    .command('train')
    .description('train a network on a dataset; Ctrl-C stops with a checkpoint to go on from')
    .addOption(projectOption())
    .requiredOption('--dataset <name>', 'the dataset to learn from')
    .requiredOption('--model <id>', 'the network (see: doppel model list)')
    .option('--preset <id>', "one of the model's published settings")
    .addOption(
      new Option('--set <key=value>', 'change one setting of the preset; may be given again').argParser(setting),
    )
    .addOption(iterationsOption())
    .addOption(minutesOption(`train for this long (${String(defaultMinutes)} if neither is given)`))
    .addOption(seedOption())
    .option('--from <checkpoint>', 'begin with the networks of this checkpoint, trained or imported')
    .option('--allow-heads', 'train although scans show whole heads: the network can show their faces')
    .addOption(
      new Option(
        '--pieces <number>',
        'compute a batch in so many parts, for less memory (doubled by itself when it runs out); batch normalisation and minibatch standard deviation see a part at a time then',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        '--plan',
        'begin with a dry run and compute batches as it finds that they fit (see: doppel plan)',
      ).conflicts(['pieces', 'recompute']),
    )
    .option(
      '--recompute',
      'compute activations again instead of keeping them: somewhat less memory, a quarter more time (progressive GAN at 64³: 6 % and 25 %)',
    )
    .addOption(
      new Option(
        '--preview-every <iterations>',
        'a picture of samples this often (else about every half minute)',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        '--checkpoint-every <iterations>',
        'a checkpoint this often (else so that writing costs a few per cent)',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        '--watch-every <iterations>',
        'look this often how the training fares (else about once a minute, for at most 3 % of the time)',
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option('--on-collapse <action>', 'what to do when synthetic scans become copies of one another')
        .choices(collapseActions)
        .default('warn'),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel train --project ageing --dataset adults --model alpha-wgan --preset sigmarat2 --set width=32 --minutes 60',
    )
    .action((flags: TrainFlags) => train(flags, endWith));
}
