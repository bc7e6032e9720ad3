/** Reading a locked study: one trial after the other, each answer on the disk before the next is shown. */
import { randomBytes } from 'node:crypto';
import { AppError } from '#contract/errors.ts';
import type { NextTrial, ReadingRules } from '#contract/studyCommands.ts';
import type { StudyAnswer, StudyProtocol } from '#contract/studies.ts';
import { verdictsOf } from '#shared/study/readingFaults.ts';
import { answeredBy, readingState, type ReaderState } from '#shared/study/readingState.ts';
import type { LogEntry, LogLine } from '#shared/study/studyLog.ts';
import { isLate } from '#shared/study/timeLimit.ts';
import { casesFolder } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { attempting } from './attempts.ts';
import { append, readSoundChain, timeAfter } from './chain.ts';
import { readProtocol } from './sealedFiles.ts';
import { isPin } from './sealing.ts';
import { requireLocked } from './ownStudy.ts';

interface Place {
  readonly project: OwnedProject;
  readonly study: StudyRow;
  readonly reader: string;
}

interface Reading {
  readonly protocol: StudyProtocol;
  readonly state: ReaderState;
  readonly lines: readonly LogLine[];
}

const idBytes = 16;

/** Throws `wrong-state` for a study that is not being read, `not-found` for a reader it does not have. */
function readingOf({ project, study, reader }: Place): Reading {
  if (study.state !== 'reading') requireLocked(study, 'reading');
  const protocol = readProtocol(project.dir, study.id);
  const { lines } = readSoundChain(project, study.id);
  const state = readingState(protocol, lines).readers.get(reader);
  const here = study.readers.map(({ name }) => name); // of a pack, its own reader alone
  if (state === undefined || !here.includes(reader))
    throw new AppError('not-found', `The study "${study.name}" has no reader "${reader}"${study.state === 'reading' ? ' on this workstation' : ''}. It has: ${here.join(', ')}.`); // prettier-ignore
  if (state.excluded !== null)
    throw new AppError('wrong-state', `The reader "${reader}" was left out of this study: ${state.excluded}`);
  return { protocol, state, lines };
}

/** Volume ids of a trial: its own; of a pair, one more letter each. */
const volumeIds = (trialId: string, count: number): readonly string[] =>
  count === 1 ? [trialId] : ['a', 'b'].map((letter) => `${trialId}${letter}`);

const casePath = (studyId: string, caseId: string): string => `studies/${studyId}/${casesFolder}/${caseId}.nii`;

function trialReply(place: Place, { state }: Reading, trialId: string, index: number): NextTrial {
  const showing = state.order[index - 1];
  const cases = showing?.cases ?? [];
  const volumes = volumeIds(trialId, cases.length);
  const { store } = place.project;
  const paths = volumes.map((id, at) => ({ id, path: casePath(place.study.id, cases[at] ?? '') }));
  // The log is what counts: after a crash between the two this is made up for.
  store.studies.insertTrials(place.study.id, [
    ...paths,
    ...(cases.length === 1 ? [] : [{ id: trialId, path: casePath(place.study.id, cases[0] ?? '') }]),
  ]);
  return { trialId, volumes, index, total: state.order.length, isPractice: showing?.isPractice ?? false };
}

export function nextTrial(place: Place): NextTrial {
  const reading = readingOf(place);
  const { shown, order } = reading.state;
  const last = shown.at(-1);
  if (last?.answer === null) return trialReply(place, reading, last.trialId, last.index);
  const index = shown.length + 1;
  const showing = order[index - 1];
  if (showing === undefined) return { done: true };
  const trial = randomBytes(idBytes).toString('hex');
  const entry: LogEntry = { type: 'shown', data: { reader: place.reader, trial, cases: [...showing.cases], index } };
  append(place.project, place.study.id, [entry]);
  return trialReply(place, reading, trial, index);
}

/** Throws `wrong-state` for a trial that is not the one before the reader, `usage` for an answer to another question. */
function requireAnswerable({ protocol, state }: Reading, trial: string, answer: StudyAnswer): void {
  const at = state.shown.findIndex(({ trialId }) => trialId === trial);
  const shown = state.shown[at];
  if (shown === undefined)
    throw new AppError('wrong-state', `The trial "${trial}" was not shown to this reader. Ask for the next one first.`);
  if (shown.answer !== null) throw new AppError('wrong-state', `The trial "${trial}" is answered already; an answer stays as it is.`); // prettier-ignore
  const words = verdictsOf(protocol);
  if (!words.includes(answer.verdict))
    throw new AppError('usage', `The verdict of this study is ${words.join(' or ')}; it was "${answer.verdict}".`);
}

/** An answer after the time limit is kept, and says that it came late, whatever the window said. */
export function answerTrial(place: Place, trial: string, answer: StudyAnswer): { answered: number; total: number } {
  const reading = readingOf(place);
  requireAnswerable(reading, trial, answer);
  const { project, study, reader } = place;
  const at = timeAfter(reading.lines.at(-1) ?? null);
  const isTimedOut = answer.isTimedOut || isLate(reading.protocol, reading.lines, { reader, trial, at });
  append(project, study.id, [{ type: 'answer', data: { reader, trial, answer: { ...answer, isTimedOut } } }], at);
  return { answered: answeredBy(reading.state) + 1, total: reading.state.order.length };
}

/** Anything of a reader's course besides answers: pauses, the reader's exclusion. */
export function recordEvent(place: Place, entry: LogEntry): void {
  readingOf(place);
  append(place.project, place.study.id, [entry]);
}

/** Throws `wrong-passphrase` for another PIN than the reader's. */
export async function openReading(place: Place, pin: string | null): Promise<ReadingRules> {
  const { protocol, state } = readingOf(place);
  const known = protocol.readers.find(({ name }) => name === place.reader)?.pin ?? null;
  if (known !== null && pin === null) throw new AppError('wrong-passphrase', `The reader "${place.reader}" has a PIN. Give it first.`); // prettier-ignore
  if (known !== null && pin !== null)
    await attempting(place.project, { studyId: place.study.id, secret: `pin ${place.reader}` }, async () => {
      if (!(await isPin(pin, known)))
        throw new AppError('wrong-passphrase', `That is not the PIN of the reader "${place.reader}".`);
    });
  const { name, protocol: kind, realism, timeLimitSeconds, tools, practice } = protocol.design;
  return {
    name,
    protocol: kind,
    realism,
    timeLimitSeconds,
    tools,
    practice,
    answered: answeredBy(state),
    total: state.order.length,
  };
}
