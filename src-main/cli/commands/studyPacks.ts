/** `doppel study export | import | answers | delete`: readers on other workstations, and studies that are not wanted. */
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import type { AnswersFile, StudyDetail } from '#contract/studyCommands.ts';
import { AppError } from '#contract/errors.ts';
import { jsonOption, path, projectOption, type ProjectFlags } from '../flags.ts';
import { printJson, printText } from '../output.ts';
import type { Session } from '../session.ts';
import { showStudy } from './studyDesign.ts';
import { readerOption, studyOption, type ReaderFlags, type StudyFlags } from './studyFlags.ts';

interface ImportFlags extends ProjectFlags {
  readonly passphraseFile?: string;
  readonly unfinished?: true;
}

/** Of a pack, not of the study's owner. */
const packPassphraseOption = (): Option =>
  new Option(
    '--passphrase-file <file>',
    'a file whose first line is the pack’s passphrase, 8 characters or more: not the owner’s, as the reader needs it',
  ).argParser(path);

const outOption = (what: string): Option => new Option('--out <file>', what).argParser(path).makeOptionMandatory();

const loadParts = () =>
  Promise.all([import('../session.ts'), import('../chooseProject.ts'), import('../readSecret.ts')]);

const counted = ({ reader, answered, total }: AnswersFile): string =>
  `${String(answered)} of ${String(total)} trials of the reader ${reader}`;

async function importPack({ call }: Session, project: string, file: string, flags: ImportFlags): Promise<StudyDetail> {
  if (flags.passphraseFile === undefined)
    throw new AppError('usage', `${file} is a reader pack. Give its passphrase with --passphrase-file.`);
  const { readSecret } = await import('../readSecret.ts');
  return call('study.importPack', { project, path: file, passphrase: readSecret(flags.passphraseFile) });
}

/** The file says what it is. */
async function importFile(typed: string, flags: ImportFlags): Promise<void> {
  const [{ withSession }, { chooseProject }] = await loadParts();
  const file = resolve(typed);
  await withSession(async (session) => {
    const project = chooseProject(flags);
    const { kind } = await session.call('study.identifyFile', { path: file });
    if (kind === 'pack') {
      showStudy(await importPack(session, project, file, flags), flags);
      return;
    }
    const request = { project, path: file, acceptUnfinished: flags.unfinished === true };
    const { study, answers } = await session.call('study.mergeAnswers', request);
    if (flags.json) printJson({ ...study, merged: answers });
    else printText(`Merged: ${counted(answers)}`);
  });
}

function addSending(group: Command): void {
  group
    .command('export')
    .description('one encrypted file for a reader on another workstation: the scans in the reader’s order, no truth')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(readerOption())
    .addOption(outOption('the file to be made'))
    .addOption(packPassphraseOption().makeOptionMandatory())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel study export --project ageing --reader a --out a.doppel-pack --passphrase-file pack.txt',
    ) // prettier-ignore
    .action(async (flags: ReaderFlags & { out: string; passphraseFile: string }) => {
      const [{ withSession }, { chooseProject }, { readSecret }] = await loadParts();
      const { study = null, reader } = flags;
      const request = { project: chooseProject(flags), study, reader, out: resolve(flags.out) };
      const passphrase = readSecret(flags.passphraseFile);
      const pack = await withSession(({ call }) => call('study.exportPack', { ...request, passphrase }));
      if (flags.json) printJson(pack);
      else printText(`${pack.path}: ${String(pack.cases)} scans, ${(pack.bytes / 1e6).toFixed(1)} MB. Give the passphrase by another way than the file.`); // prettier-ignore
    });

  group
    .command('answers')
    .description('the way back from a reader’s workstation: one signed file with the answers to a pack')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(outOption('the file to be made; study import takes it where the study was locked'))
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study answers --project reading --out a.doppel-answers')
    .action(async (flags: StudyFlags & { out: string }) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const request = { project: chooseProject(flags), study: flags.study ?? null, out: resolve(flags.out) };
      const answers = await withSession(({ call }) => call('study.exportAnswers', request));
      const part = answers.answered < answers.total ? ' Answers are merged once: send them when all trials are read.' : ''; // prettier-ignore
      if (flags.json) printJson(answers);
      else printText(`${answers.path}: ${counted(answers)}.${part}`);
    });
}

export function addStudyPackCommands(group: Command): void {
  addSending(group);

  group
    .command('import')
    .description('a file from another workstation: a reader pack becomes a study to be read, answers are merged')
    .addArgument(new Argument('<file>', 'a pack, or a reader’s answers').argParser(path))
    .addOption(projectOption())
    .addOption(packPassphraseOption())
    .option('--unfinished', 'merge the answers of a reader who has not read all trials, and will not')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  doppel study import a.doppel-pack --project reading --passphrase-file pack.txt\n  doppel study import a.doppel-answers --project ageing',
    ) // prettier-ignore
    .action(importFile);

  group
    .command('delete')
    .description('remove a study that is not locked, or one that came in a pack')
    .addOption(projectOption())
    .addOption(studyOption())
    .option('--discard-answers', 'of a pack: also where it holds answers')
    .addOption(jsonOption())
    .action(async (flags: StudyFlags & { discardAnswers?: true }) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const request = { project: chooseProject(flags), study: flags.study ?? null };
      const { id, name } = await withSession(async ({ call }) => {
        const found = await call('study.show', request);
        await call('study.delete', { ...request, study: found.id, discardAnswers: flags.discardAnswers === true });
        return found;
      });
      if (flags.json) printJson({ deleted: id });
      else printText(`Deleted: ${name}`);
    });
}
