/** `doppel study …`: expert Turing tests, and the statistics of anybody's reader study. */
import { resolve } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { EndWith } from '../exitCodes.ts';
import { jsonOption, path, positiveNumber, seedOption, type CommonFlags } from '../flags.ts';
import { printJson, printText } from '../output.ts';
import { addStudyDesignCommands } from './studyDesign.ts';
import { addStudyPackCommands } from './studyPacks.ts';
import { addStudyReadingCommands } from './studyReading.ts';

interface AnalyzeFlags extends CommonFlags {
  readonly margin: number;
  readonly seed: number;
}

function margin(text: string): number {
  const value = positiveNumber(text);
  if (value >= 0.5) throw new InvalidArgumentError('Give a number above 0 and below 0.5, for example 0.1.');
  return value;
}

const columns = `
TRIALS.csv has one row an answer, with a heading (comma, semicolon or tab):
  reader       who answered
  case         which scan, the same for all readers
  truth        0 real, 1 synthetic
  score        1 definitely real, 2 probably real, 3 possibly real,
               4 possibly synthetic, 5 probably synthetic, 6 definitely synthetic; empty: no answer
and where there are any:
  reaction_ms  time to the answer in milliseconds
  session      sitting of the reader
  order        place in the sitting
  model        what made a synthetic scan
  repeat       0 first showing, 1 second and so on
  expertise    of the reader, in years

Example:
  doppel study analyze trials.csv --margin 0.1 --json`;

export function addStudyCommands(program: Command, endWith: EndWith): void {
  const group = program.command('study').description('expert Turing tests: readers tell real from synthetic scans');
  addStudyDesignCommands(group, endWith);
  addStudyReadingCommands(group, endWith);
  addStudyPackCommands(group);

  group
    .command('analyze')
    .description(
      'accuracy, equivalence, ROC areas and agreement of the readers of any study, from a table of its trials',
    )
    .addArgument(new Argument('<trials>', 'CSV file, one row an answer').argParser(path))
    .addOption(
      new Option('--margin <share>', 'of the equivalence test: right answers within 0.5 ± this count as chance')
        .argParser(margin)
        .default(0.1),
    )
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText('after', columns)
    .action(async (typed: string, flags: AnalyzeFlags) => {
      const [{ withSession }, { describeStudy }] = await Promise.all([
        import('../session.ts'),
        import('../describeStudy.ts'),
      ]);
      const request = { path: resolve(typed), margin: flags.margin, seed: flags.seed };
      const report = await withSession(({ call }) => call('study.analyze', request));
      if (flags.json) printJson(report);
      else printText(describeStudy(report));
    });
}
