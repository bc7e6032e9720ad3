/** `doppel doctor` and `doppel model list`: what this installation can do. */
import type { Command } from 'commander';
import type { DoctorReport } from '#contract/commands.ts';
import type { ModelDescriptor } from '#contract/records.ts';
import { exitCodes, type EndWith } from '../exitCodes.ts';
import { jsonOption, type CommonFlags } from '../flags.ts';
import { formatTable, printJson, printText } from '../output.ts';

function describeReport({ ok, engine, checks }: DoctorReport): string {
  const rows = checks.map((check) => [check.ok ? 'ok' : 'NOT OK', check.name, check.detail]);
  const verdict = ok ? 'All is well.' : 'Something is wrong: see what each line that is NOT OK advises.';
  return `${formatTable(rows)}\n\n${engine.name} ${engine.version} on ${engine.device}. ${verdict}`;
}

/** The settings of a model as `--set` takes them: name, default, what it is. */
function settingsOf({ configSchema }: ModelDescriptor): string[][] {
  const properties = configSchema['properties'];
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties as Record<string, { default?: unknown; description?: string }>).map(
    ([key, { default: standard, description = '' }]) => [`${key}=${JSON.stringify(standard)}`, description],
  );
}

function describeModel(model: ModelDescriptor): string {
  const presets = model.presets.map(({ id, title }) => [
    `  --preset ${id}`,
    id === model.defaultPreset ? `${title} (if none is given)` : title,
  ]);
  return [
    `${model.id}: ${model.title}`,
    `  ${model.purpose}`,
    `  ${model.citation}`,
    `  grids: ${model.grids?.join(', ') ?? 'any'}`,
    '',
    formatTable(presets),
    '',
    formatTable(settingsOf(model).map(([setting = '', what = '']) => [`  --set ${setting}`, what])),
  ].join('\n');
}

export function addEngineCommands(program: Command, endWith: EndWith): void {
  program
    .command('doctor')
    .description('check this installation and say in plain words what is wrong')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel doctor')
    .action(async (flags: CommonFlags) => {
      const { withSession } = await import('../session.ts');
      const report = await withSession(({ call }) => call('engine.doctor', {}));
      if (flags.json) printJson(report);
      else printText(describeReport(report));
      if (!report.ok) endWith(exitCodes.failure);
    });

  program
    .command('model')
    .description('the networks there are')
    .command('list')
    .description('every network with its presets, settings and citation')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel model list')
    .action(async (flags: CommonFlags) => {
      const { withSession } = await import('../session.ts');
      const models = await withSession(({ call }) => call('model.list', {}));
      if (flags.json) printJson({ models });
      else printText(models.map(describeModel).join('\n\n'));
    });
}
