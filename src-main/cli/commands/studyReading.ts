/** `doppel study next | answer | exclude | close | report | verify`: reading a locked study, and its end. */
import { Option, type Command } from 'commander';
import type { NextTrial, StudyVerification } from '#contract/studyCommands.ts';
import type { StudyAnswer } from '#contract/studies.ts';
import { exitCodes, type EndWith } from '../exitCodes.ts';
import { jsonOption, projectOption, wholeNumber } from '../flags.ts';
import { printJson, printText } from '../output.ts';
import type { Session } from '../session.ts';
import { showStudy } from './studyDesign.ts';
import { oneOf, passphraseOption, pinOption, readerOption, studyOption, type ReaderFlags, type StudyFlags } from './studyFlags.ts'; // prettier-ignore

interface AnswerFlags extends ReaderFlags {
  readonly trial: string;
  readonly verdict: StudyAnswer['verdict'];
  readonly confidence: number;
  readonly realism?: number;
  readonly comment?: string;
  readonly reactionMs?: number;
}

/** What a program that reads gets; the paths tell nothing of the scans. */
type TrialDocument =
  | { readonly trialId: string; readonly volumePath: string; readonly secondVolumePath?: string; readonly index: number; readonly total: number } // prettier-ignore
  | { readonly done: true };

const loadParts = () =>
  Promise.all([import('../session.ts'), import('../chooseProject.ts'), import('../readSecret.ts')]);

/** Gives the PIN, where there is one, in the process that reads. */
async function unlock({ call }: Session, project: string, flags: ReaderFlags): Promise<void> {
  const { study = null, reader, pinFile } = flags;
  if (pinFile === undefined) return;
  const { readSecret } = await import('../readSecret.ts');
  await call('study.unlockReader', { project, study, reader, pin: readSecret(pinFile) });
}

async function locate({ call }: Session, project: string, next: NextTrial): Promise<TrialDocument> {
  if ('done' in next) return next;
  const { trialId, index, total } = next;
  const { id: projectId } = await call('project.show', { project });
  const found = next.volumes.map((id) => call('file.locate', { projectId, kind: 'trial', id }));
  const [volumePath = '', second] = (await Promise.all(found)).map(({ path }) => path);
  return { trialId, volumePath, ...(second === undefined ? {} : { secondVolumePath: second }), index, total };
}

function describeTrial(trial: TrialDocument): string {
  if ('done' in trial) return 'All trials are answered.';
  const second = trial.secondVolumePath === undefined ? '' : `\n${trial.secondVolumePath}`;
  return `Trial ${String(trial.index)} of ${String(trial.total)}: ${trial.trialId}\n${trial.volumePath}${second}`;
}

function describeVerification({ ok, lines, files, problems, notices }: StudyVerification): string {
  const counted = `${String(lines)} lines of the log and ${String(files)} files checked`;
  return [
    ok ? `${counted}: everything is as it was locked and written.` : `${counted}: something was changed.`,
    ...problems.map(({ where, problem }) => `${where} ${problem}`),
    ...notices,
  ].join('\n');
}

function addReading(group: Command): void {
  group
    .command('next')
    .description('the scan that a reader is to judge now; the same one until it is answered')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(readerOption())
    .addOption(pinOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study next --project ageing --study turing --reader a --json')
    .action(async (flags: ReaderFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const { study = null, reader } = flags;
      const trial = await withSession(async (session) => {
        const project = chooseProject(flags);
        await unlock(session, project, flags);
        return locate(session, project, await session.call('study.next', { project, study, reader }));
      });
      if (flags.json) printJson(trial);
      else printText(describeTrial(trial));
    });

  group
    .command('answer')
    .description('judge the scan that was shown; an answer stays as it is')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(readerOption())
    .addOption(pinOption())
    .addOption(new Option('--trial <id>', 'as study next named it').makeOptionMandatory())
    .addOption(
      new Option('--verdict <word>', 'real or synthetic; of a pair, which is synthetic: first or second')
        .argParser(oneOf('real', 'synthetic', 'first', 'second'))
        .makeOptionMandatory(),
    ) // prettier-ignore
    .addOption(
      new Option(
        '--confidence <number>',
        '1 definitely real … 6 definitely synthetic; a program may count sureness instead, 1 guessed … 6 certain',
      )
        .argParser(wholeNumber(1))
        .makeOptionMandatory(),
    ) // prettier-ignore
    .addOption(new Option('--realism <number>', '1 poor … 5 perfect').argParser(wholeNumber(1)))
    .option('--comment <text>', 'what gave it away')
    .addOption(new Option('--reaction-ms <number>', 'time to the answer').argParser(wholeNumber(0)))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel study answer --project ageing --trial 3f9a… --reader a --verdict synthetic --confidence 5',
    ) // prettier-ignore
    .action(async (flags: AnswerFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const { study = null, reader, trial, verdict, confidence } = flags;
      const answer: StudyAnswer = {
        verdict,
        confidence,
        realism: flags.realism ?? null,
        comment: flags.comment ?? '',
        marks: [],
        reactionMs: flags.reactionMs ?? null,
        slicesViewed: null,
        windowChanges: null,
        isTimedOut: false,
      };
      const kept = await withSession(async (session) => {
        const project = chooseProject(flags);
        await unlock(session, project, flags);
        return session.call('study.answer', { project, study, reader, trial, answer });
      });
      if (flags.json) printJson({ trialId: trial, ...kept });
      else printText(`Kept: ${String(kept.answered)} of ${String(kept.total)}`);
    });
}

function addEnding(group: Command, endWith: EndWith): void {
  group
    .command('close')
    .description('end a study: its key is opened, and no answer is taken any more')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(passphraseOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study close --project ageing --passphrase-file secret.txt')
    .action(async (flags: StudyFlags & { passphraseFile: string }) => {
      const [{ withSession }, { chooseProject }, { readSecret }] = await loadParts();
      const asked = { project: chooseProject(flags), study: flags.study ?? null };
      const passphrase = readSecret(flags.passphraseFile);
      showStudy(await withSession(({ call }) => call('study.close', { ...asked, passphrase })), flags);
    });

  group
    .command('report')
    .description('the statistics of a closed study; writes the report as a page, JSON, and tables for other programs')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study report --project ageing --json')
    .action(async (flags: StudyFlags) => {
      const [[{ withSession }, { chooseProject }], { describeStudy }] = await Promise.all([loadParts(), import('../describeStudy.ts')]); // prettier-ignore
      const asked = { project: chooseProject(flags), study: flags.study ?? null };
      const report = await withSession(({ call }) => call('study.report', asked));
      if (flags.json) printJson(report);
      else printText([describeStudy(report), '', ...report.files].join('\n'));
    });

  group
    .command('verify')
    .description('recompute all hashes of a study, and name what was changed since it was locked')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study verify --project ageing')
    .action(async (flags: StudyFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const asked = { project: chooseProject(flags), study: flags.study ?? null };
      const found = await withSession(({ call }) => call('study.verify', asked));
      if (flags.json) printJson(found);
      else printText(describeVerification(found));
      if (!found.ok) endWith(exitCodes.failure);
    });
}

export function addStudyReadingCommands(group: Command, endWith: EndWith): void {
  addReading(group);

  group
    .command('exclude')
    .description('leave a reader out of the analysis, with a reason that the report prints')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(readerOption())
    .requiredOption('--reason <text>', 'why')
    .addOption(jsonOption())
    .action(async (flags: ReaderFlags & { reason: string }) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const { study = null, reader, reason } = flags;
      const asked = { project: chooseProject(flags), study, reader, reason };
      showStudy(await withSession(({ call }) => call('study.exclude', asked)), flags);
    });

  addEnding(group, endWith);
}
