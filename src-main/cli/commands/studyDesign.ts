/** `doppel study create | check | lock | list | show | power`: a study until its readers begin. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandInput } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { PowerTable, ReaderProgress, StudyDetail, StudySummary } from '#contract/studyCommands.ts';
import type { StudyDesign, StudyRemedy } from '#contract/studies.ts';
import { exitCodeOfJob, type EndWith } from '../exitCodes.ts';
import { jsonOption, positiveNumber, projectOption, seedOption, wholeNumber, type CommonFlags, type ProjectFlags } from '../flags.ts'; // prettier-ignore
import { formatTable, printJson, printText } from '../output.ts';
import type { Session } from '../session.ts';
import { listed, ofReader, oneOf, passphraseOption, studyOption, type StudyFlags } from './studyFlags.ts';

interface CreateFlags extends ProjectFlags {
  readonly name: string;
  readonly real: RealPart;
  readonly synthetic: readonly string[];
  readonly readers: readonly string[];
  readonly role?: ReadonlyMap<string, string>;
  readonly years?: ReadonlyMap<string, string>;
  readonly pin?: ReadonlyMap<string, string>;
  readonly protocol: StudyDesign['protocol'];
  readonly trials: number;
  readonly repeats: number;
  readonly practice: number;
  readonly timeLimit?: number;
  readonly realism?: true;
  readonly margin: number;
  readonly seed: number;
}

interface RealPart {
  readonly names: readonly string[];
  readonly split: StudyDesign['real']['split'];
}

const splits = ['heldout', 'train', 'all'] as const;
const loadParts = () =>
  Promise.all([import('../session.ts'), import('../chooseProject.ts'), import('../readSecret.ts')]);

/** `adults`, `adults:heldout`, `dataset:adults`, `dataset:adults:train`; `dataset:heldout` where there is one dataset. */
function realPart(text: string): RealPart {
  const names = text.split(':').filter((part) => part !== '');
  const last = names.at(-1)?.toLowerCase();
  const split = splits.find((word) => word === last);
  if (names.length === 0) throw new InvalidArgumentError('Write it as DATASET:heldout.');
  return { names: split === undefined ? names : names.slice(0, -1), split: split ?? 'heldout' };
}

/** The word "dataset" in front may be left out, and so may the name of the only dataset. */
async function datasetOf({ call }: Session, project: string, { names }: RealPart): Promise<string> {
  const { datasetList } = await call('project.show', { project });
  const known = (name: string): boolean => datasetList.some((dataset) => dataset.name === name);
  const whole = names.join(':');
  const rest = names[0] === 'dataset' ? names.slice(1).join(':') : whole;
  const [only, another] = datasetList;
  if (known(whole)) return whole;
  return rest === '' && only !== undefined && another === undefined ? only.name : rest === '' ? whole : rest;
}

const packWords = { none: '', sent: ', pack made', merged: ', answers merged' } as const;

const describeProgress = ({ answered, total, isExcluded, pack }: ReaderProgress): string =>
  `${String(answered)} of ${String(total)}${packWords[pack]}${isExcluded ? ', left out' : ''}`;

/** What the guard found is for who still designs the study; later the report tells it. */
function describe(study: StudyDetail): string {
  const facts = [
    ['study', `${study.name} (${study.id})`],
    ['state', study.state],
    ...(study.commitments === null
      ? []
      : [
          ['protocol', study.commitments.protocol],
          ['key', study.commitments.key],
        ]),
    ...study.readers.map((reader) => [`reader ${reader.name}`, describeProgress(reader)]),
    ...study.warnings.map((words) => ['warning', words]),
    ...(study.state === 'ready' ? (study.fairness?.cues ?? []) : []).map(({ cue, verdict, words }) => [
      `fairness: ${cue}`,
      `${verdict}. ${words}`,
    ]),
  ];
  return formatTable(facts);
}

export function showStudy(study: StudyDetail, { json }: CommonFlags): void {
  if (json) printJson(study);
  else printText(describe(study));
}

/** What is said of readers by name; their PINs come from files, since others see what is typed. */
function readersOf(flags: CreateFlags, readSecret: (file: string) => string): CommandInput<'study.create'>['readers'] {
  for (const said of [flags.role, flags.years, flags.pin]) {
    const stranger = [...(said?.keys() ?? [])].find((name) => !flags.readers.includes(name));
    if (stranger !== undefined) throw new AppError('usage', `"${stranger}" is not among the readers: ${flags.readers.join(', ')}.`); // prettier-ignore
  }
  return flags.readers.map((name) => {
    const [years, pinFile] = [flags.years?.get(name), flags.pin?.get(name)];
    if (years !== undefined && !Number.isFinite(Number(years)))
      throw new AppError('usage', `The years of "${name}" must be a number; they are "${years}".`);
    return {
      name,
      role: flags.role?.get(name) ?? '',
      years: years === undefined ? null : Number(years),
      pin: pinFile === undefined ? null : readSecret(pinFile),
    };
  });
}

async function create(flags: CreateFlags, endWith: EndWith): Promise<void> {
  const [[{ withSession }, { chooseProject }, { readSecret }], { reportEnd }] = await Promise.all([loadParts(), import('../reportJob.ts')]); // prettier-ignore
  const { name, protocol, trials, repeats, practice, margin, seed } = flags;
  await withSession(async (session) => {
    const { call, follow } = session;
    const project = chooseProject(flags);
    const { study, job } = await call('study.create', {
      project,
      design: {
        name,
        real: { dataset: await datasetOf(session, project, flags.real), split: flags.real.split },
        synthetic: flags.synthetic.map((folder) => resolve(folder)),
        protocol,
        realism: flags.realism === true,
        trials,
        repeats,
        practice,
        timeLimitSeconds: flags.timeLimit ?? null,
        tools: ['scroll', 'window', 'zoom'],
        margin,
        seed,
      },
      readers: readersOf(flags, readSecret),
    });
    const detail = await follow(project, job);
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') reportEnd(detail, { project, isJson: flags.json === true });
    else showStudy(await call('study.show', { project, study: study.id }), flags);
  });
}

async function check(flags: StudyFlags & { readonly remedy?: readonly string[] }, endWith: EndWith): Promise<void> {
  const [[{ withSession }, { chooseProject }], { reportEnd }] = await Promise.all([loadParts(), import('../reportJob.ts')]); // prettier-ignore
  await withSession(async ({ call, follow }) => {
    const asked = { project: chooseProject(flags), study: flags.study ?? null };
    const remedies = (flags.remedy ?? []) as readonly StudyRemedy[]; // checked by the contract
    const detail = await follow(
      asked.project,
      await call('study.checkFairness', { ...asked, remedies: [...remedies] }),
    );
    endWith(exitCodeOfJob(detail.job.state));
    if (detail.job.state !== 'succeeded') reportEnd(detail, { project: asked.project, isJson: flags.json === true });
    else showStudy(await call('study.show', asked), flags);
  });
}

function describePower({ againstChance, equivalence, designEffect, planned }: PowerTable): string {
  const count = (value: number | null): string => (value === null ? 'over 20000' : String(value));
  return [
    formatTable([
      ['to tell from chance, true accuracy', 'decisions', 'with shared cases'],
      ...againstChance.map((row) => [row.accuracy.toFixed(2), count(row.decisions), count(row.withSharedCases)]),
      ['to show equivalence within', '', ''],
      ...equivalence.map((row) => [`± ${row.margin.toFixed(2)}`, count(row.decisions), count(row.withSharedCases)]),
    ]),
    `planned: ${String(planned.decisions)} decisions, worth ${String(planned.effective)} (design effect ${designEffect.toFixed(2)}); power for equivalence ${planned.equivalence.toFixed(2)}`,
  ].join('\n\n');
}

function addPlanning(group: Command, endWith: EndWith): void {
  group
    .command('create')
    .description(
      'plan a study: choose its scans, prepare both kinds alike, and test that nothing trivial tells them apart',
    )
    .addOption(projectOption())
    .addOption(new Option('--name <name>', 'what it is called').makeOptionMandatory())
    .addOption(
      new Option('--real <dataset:part>', 'real scans: DATASET:heldout, :train or :all')
        .argParser(realPart)
        .makeOptionMandatory(),
    ) // prettier-ignore
    .addOption(
      new Option('--synthetic <folder>', 'synthetic scans; several with commas')
        .argParser(listed)
        .makeOptionMandatory(),
    ) // prettier-ignore
    .addOption(new Option('--readers <names>', 'with commas between').argParser(listed).makeOptionMandatory())
    .addOption(new Option('--role <reader=text>', 'of a reader, for the report; once for each').argParser(ofReader))
    .addOption(
      new Option('--years <reader=number>', 'of experience, for the report; once for each').argParser(ofReader),
    )
    .addOption(
      new Option('--pin <reader=file>', 'a file whose first line is the reader’s PIN, 4 to 12 digits; once for each') // prettier-ignore
        .argParser(ofReader),
    )
    .addOption(
      new Option('--protocol <kind>', 'single scans, or pairs of a real and a synthetic one')
        .argParser(oneOf('single', 'pair'))
        .default('single'),
    ) // prettier-ignore
    .addOption(
      new Option('--trials <number>', 'of each reader, without repeats and practice')
        .argParser(wholeNumber(2))
        .makeOptionMandatory(),
    ) // prettier-ignore
    .addOption(new Option('--repeats <number>', 'trials shown twice').argParser(wholeNumber(0)).default(0))
    .addOption(new Option('--practice <number>', 'trials before, not analysed').argParser(wholeNumber(0)).default(0))
    .addOption(new Option('--time-limit <seconds>', 'for an answer; else free').argParser(wholeNumber(1)))
    .addOption(new Option('--realism', 'ask for realism from 1 to 5 besides'))
    .addOption(new Option('--margin <share>', 'of the equivalence test').argParser(positiveNumber).default(0.1))
    .addOption(seedOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  doppel study create --project ageing --name turing --real adults:heldout --synthetic synthetic --readers a,b --trials 40 --seed 1',
    ) // prettier-ignore
    .action((flags: CreateFlags) => create(flags, endWith));

  group
    .command('check')
    .description('prepare the scans of a study again, with what removes cues, and test them')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(
      new Option('--remedy <name>', 'match-histogram, match-sharpness, common-box; several with commas').argParser(
        listed,
      ),
    ) // prettier-ignore
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study check --project ageing --remedy match-sharpness')
    .action((flags: StudyFlags) => check(flags, endWith));
}

export function addStudyDesignCommands(group: Command, endWith: EndWith): void {
  addPlanning(group, endWith);

  group
    .command('lock')
    .description('seal a study: from here on nothing of it can be changed unnoticed, and reading begins')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(passphraseOption())
    .option('--override-fairness <reason>', 'lock in spite of a cue; the report prints the reason')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study lock --project ageing --passphrase-file secret.txt')
    .action(async (flags: StudyFlags & { passphraseFile: string; overrideFairness?: string }) => {
      const [{ withSession }, { chooseProject }, { readSecret }] = await loadParts();
      const asked = { project: chooseProject(flags), study: flags.study ?? null };
      const passphrase = readSecret(flags.passphraseFile);
      const overrideFairness = flags.overrideFairness ?? null;
      showStudy(await withSession(({ call }) => call('study.lock', { ...asked, passphrase, overrideFairness })), flags);
    });

  group
    .command('list')
    .description('all studies of a project')
    .addOption(projectOption())
    .addOption(jsonOption())
    .action(async (flags: ProjectFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const studies = await withSession(({ call }) => call('study.list', { project: chooseProject(flags) }));
      const row = ({ name, id, state }: StudySummary): string[] => [name, id, state];
      if (flags.json) printJson({ studies });
      else printText(formatTable([['study', 'id', 'state'], ...studies.map(row)]));
    });

  group
    .command('show')
    .description('one study: state, readers, fairness, commitments')
    .addOption(projectOption())
    .addOption(studyOption())
    .addOption(jsonOption())
    .action(async (flags: StudyFlags) => {
      const [{ withSession }, { chooseProject }] = await loadParts();
      const asked = { project: chooseProject(flags), study: flags.study ?? null };
      showStudy(await withSession(({ call }) => call('study.show', asked)), flags);
    });

  group
    .command('power')
    .description('how many decisions a study needs, and what the planned ones can show')
    .addOption(new Option('--trials <number>', 'of each reader').argParser(wholeNumber(1)).makeOptionMandatory())
    .addOption(new Option('--readers <number>', 'how many').argParser(wholeNumber(1)).makeOptionMandatory())
    .addOption(new Option('--margin <share>', 'of the equivalence test').argParser(positiveNumber).default(0.1))
    .addOption(new Option('--correlation <share>', 'of right answers of two readers to one case').argParser(Number).default(0.1)) // prettier-ignore
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  doppel study power --trials 60 --readers 4')
    .action(async ({ json, ...plan }: CommonFlags & { trials: number; readers: number; margin: number; correlation: number }) => {
      const [{ withSession }] = await loadParts();
      const table = await withSession(({ call }) => call('study.power', plan));
      if (json) printJson(table);
      else printText(describePower(table));
    }); // prettier-ignore
}
