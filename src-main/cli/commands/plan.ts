/** `doppel plan`: whether a training fits into memory, how, and how long it takes, before it is started. */
import { Option, type Command } from 'commander';
import type { PlanWay } from '#contract/plan.ts';
import { courseTo } from '#shared/planning/trainingTime.ts';
import { exitCodes, type EndWith } from '../exitCodes.ts';
import { jsonOption, positiveNumber, projectOption, setting, type ProjectFlags } from '../flags.ts';
import { defaultMinutes, iterationsOption, minutesOption, untilOf, type UntilFlags } from './train.ts';

interface PlanFlags extends ProjectFlags, UntilFlags {
  readonly dataset: string;
  readonly model: string;
  readonly preset?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly memory?: number;
}

const bytesPerGibibyte = 2 ** 30;

async function plan(flags: PlanFlags, endWith: EndWith): Promise<void> {
  const [{ withSession }, { chooseProject }, { describePlan }, { printJson, printText }] = await Promise.all([
    import('../session.ts'), import('../chooseProject.ts'), import('../describePlan.ts'), import('../output.ts'),
  ]); // prettier-ignore
  await withSession(async ({ plan: planTraining }) => {
    const found = await planTraining({
      project: chooseProject(flags),
      dataset: flags.dataset,
      modelId: flags.model,
      preset: flags.preset ?? null,
      overrides: flags.set ?? {},
      freeBytes: flags.memory === undefined ? null : flags.memory * bytesPerGibibyte,
    });
    const goal = untilOf(flags) ?? { minutes: defaultMinutes };
    if (found.choice.kind === 'too-large') endWith(exitCodes.failure);
    if (flags.json === true) {
      printJson({ plan: found, ...(found.levels.length === 0 ? {} : { course: courseTo(goal, found.levels) }) });
      return;
    }
    const next = found.choice.kind === 'fits' ? `\n\nNext: doppel train${memoryFlags(found.choice)} …` : '';
    printText(`${describePlan(found, goal)}${next}`);
  });
}

/** The flags of `doppel train` that compute as planned. */
function memoryFlags({ pieces, recompute }: PlanWay): string {
  return `${pieces > 1 ? ` --pieces ${String(pieces)}` : ''}${recompute ? ' --recompute' : ''}`;
}

export function addPlanCommand(program: Command, endWith: EndWith): void {
  program
    .command('plan')
    .description('say whether a training fits into memory, how, and how long it takes, from a few steps of it')
    .addOption(projectOption())
    .requiredOption('--dataset <name>', 'the dataset to learn from')
    .requiredOption('--model <id>', 'the network (see: doppel model list)')
    .option('--preset <id>', "one of the model's published settings")
    .addOption(
      new Option('--set <key=value>', 'change one setting of the preset; may be given again').argParser(setting),
    )
    .addOption(iterationsOption())
    .addOption(minutesOption(`the goal to plan for (${String(defaultMinutes)} minutes if neither is given)`))
    .addOption(
      new Option('--memory <GiB>', 'plan for a device with so much free memory instead of this one').argParser(
        positiveNumber,
      ),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel plan --project ageing --dataset adults --model ha-gan --iterations 20000',
    )
    .action((flags: PlanFlags) => plan(flags, endWith));
}
