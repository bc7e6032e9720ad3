/** The commands about expert Turing tests. */
import type { CommandInput, Handlers } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendContext } from '../context.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { analyze } from './analyze.ts';
import { exportAnswers, identifyFile, mergeAnswers } from './answersFile.ts';
import { closeStudy } from './closeStudy.ts';
import { createStudy, prepareAgain } from './createStudy.ts';
import { deleteStudy } from './deleteStudy.ts';
import { describeStudy, summariseStudy } from './describeStudy.ts';
import { exportPack } from './exportPack.ts';
import { importPack } from './importPack.ts';
import { requireLocked } from './ownStudy.ts';
import { lockStudy } from './lockStudy.ts';
import { powerTable } from './powerTable.ts';
import { answerTrial, nextTrial, openReading, recordEvent } from './reading.ts';
import { reportStudy } from './reportStudy.ts';
import { verifyStudy } from './verifyStudy.ts';

type StudyCommand = Extract<keyof Handlers, `study.${string}`>;
interface InStudy {
  readonly project: string;
  readonly study: string | null;
}

export function studyHandlers({ sessions, runner }: BackendContext): Pick<Handlers, StudyCommand> {
  /** Readers whose PIN was given to this process. */
  const unlocked = new Set<string>();
  const analyses = new Set<AbortController>();
  const keyOf = (study: StudyRow, reader: string): string => `${study.id} ${reader}`;

  const open = async ({ project: dir, study }: InStudy): Promise<{ project: OwnedProject; study: StudyRow }> => {
    const project = await sessions.own(dir);
    return { project, study: project.store.studies.find(study) };
  };
  const openFor = async (input: CommandInput<'study.next'>) => {
    const { project, study } = await open(input);
    const { reader } = input;
    const hasPin = study.readers.some(({ name, pin }) => name === reader && pin !== null);
    if (hasPin && !unlocked.has(keyOf(study, reader)))
      throw new AppError('wrong-passphrase', `The reader "${reader}" has a PIN. Give it first.`);
    return { project, study, reader };
  };
  /** A trial's own study, where none is named: its id is random. */
  const studyOfTrial = async ({ project: dir, trial }: { project: string; trial: string }): Promise<string | null> => {
    const { store } = await sessions.own(dir);
    return store.studies.ofTrial(trial);
  };

  return {
    'study.create': async ({ project: dir, ...input }) => {
      const project = await sessions.own(dir);
      await project.ready;
      const { study, job } = await createStudy(project, runner, input);
      return { study: describeStudy(project, study), job };
    },

    'study.list': ({ project: dir }) =>
      sessions.read(dir, (project) => project.store.studies.list().map((study) => summariseStudy(project, study))),

    'study.show': ({ project: dir, study }) =>
      sessions.read(dir, (project) => describeStudy(project, project.store.studies.find(study))),

    'study.power': (input) => Promise.resolve(powerTable(input)),

    'study.checkFairness': async ({ remedies, ...input }) => {
      const { project, study } = await open(input);
      await project.ready;
      return prepareAgain(project, runner, { study, remedies });
    },

    'study.lock': async ({ passphrase, overrideFairness, ...input }) => {
      const { project, study } = await open(input);
      return describeStudy(project, await lockStudy(project, { study, passphrase, overrideFairness }));
    },

    'study.unlockReader': async ({ reader, pin, ...input }) => {
      const { project, study } = await open(input);
      const rules = await openReading({ project, study, reader }, pin);
      unlocked.add(keyOf(study, reader));
      return rules;
    },

    'study.next': async (input) => nextTrial(await openFor(input)),

    'study.answer': async ({ trial, answer, ...input }) => {
      const study = input.study ?? (await studyOfTrial({ ...input, trial }));
      return answerTrial(await openFor({ ...input, study }), trial, answer);
    },

    'study.event': async ({ event, ...input }) => {
      const place = await openFor(input);
      recordEvent(place, { type: 'event', data: { reader: place.reader, event } });
      return null;
    },

    'study.exclude': async ({ reader, reason, ...input }) => {
      const { project, study } = await open(input);
      requireLocked(study, 'leaving a reader out');
      recordEvent({ project, study, reader }, { type: 'exclude', data: { reader, reason } });
      return describeStudy(project, study);
    },

    'study.close': async ({ passphrase, ...input }) => {
      const { project, study } = await open(input);
      return describeStudy(project, await closeStudy(project, study, passphrase));
    },

    'study.delete': async ({ discardAnswers, ...input }) => {
      const { project, study } = await open(input);
      await project.ready;
      await deleteStudy(project, study, discardAnswers);
      return null;
    },

    'study.exportPack': async ({ reader, passphrase, out, ...input }) => {
      const { project, study } = await open(input);
      return exportPack(project, { study, reader, passphrase, out });
    },

    'study.importPack': async ({ project: dir, ...input }) => {
      const project = await sessions.own(dir);
      return describeStudy(project, await importPack(project, input));
    },

    'study.exportAnswers': async ({ out, ...input }) => {
      const { project, study } = await open(input);
      return exportAnswers(project, study, out);
    },

    'study.mergeAnswers': async ({ project: dir, ...input }) => {
      const project = await sessions.own(dir);
      const { study, answers } = await mergeAnswers(project, input);
      return { study: describeStudy(project, study), answers };
    },

    'study.identifyFile': ({ path }) => identifyFile(path),

    'study.verify': async (input) => {
      const { project, study } = await open(input);
      return verifyStudy(project, study);
    },

    'study.report': async (input) => {
      const { project, study } = await open(input);
      return reportStudy(project, study);
    },

    'study.analyze': async ({ path, ...options }) => {
      const stopping = new AbortController();
      analyses.add(stopping);
      try {
        return await analyze({ source: { path }, protocol: 'single', ...options }, stopping.signal);
      } finally {
        analyses.delete(stopping);
      }
    },

    'study.stopAnalysis': () => {
      for (const stopping of analyses) stopping.abort();
      return Promise.resolve(null);
    },
  };
}
