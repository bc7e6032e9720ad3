/** The signed file in which a reader's answers come back from another workstation. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { AnswersFile, StudyFile } from '#contract/studyCommands.ts';
import { answeredBy, readingState, type ReaderState } from '#shared/study/readingState.ts';
import { signedAnswers, withMerged, type ReadingLine, type SignedAnswers } from '#shared/study/studyLog.ts';
import { hashText } from '../hash.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { answersFault, answersText, clockToleranceMs, signedBytes } from './answerFaults.ts';
import { append, readSoundChain } from './chain.ts';
import { writeDurably } from './durableFile.ts';
import { lockOf, requireNewFile } from './exportPack.ts';
import { packReader, requireLocked } from './ownStudy.ts';
import { looksLikePack } from './packStream.ts';
import { readProtocol } from './sealedFiles.ts';

/** Two thousand trials with a comment each are a few megabytes. */
const mostBytes = 64e6;

const isReadingLine = (line: { readonly type: string }): line is ReadingLine =>
  ['import', 'shown', 'answer', 'event', 'repair'].includes(line.type);

/** Writes a new file. Throws `wrong-state` for a study that did not come in a pack, `already-exists`. */
export async function exportAnswers(project: OwnedProject, study: StudyRow, out: string): Promise<AnswersFile> {
  const { name: reader, privateKey } = packReader(study);
  await requireNewFile(out);
  const protocol = readProtocol(project.dir, study.id);
  const { lines } = readSoundChain(project, study.id);
  const unsigned: Omit<SignedAnswers, 'signature'> = {
    format: 'doppel-answers-1',
    study: protocol.id,
    reader,
    lines: lines.filter(isReadingLine),
  };
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const answers = { ...unsigned, signature: sign(null, signedBytes(unsigned), key).toString('base64') };
  const text = answersText(answers);
  writeDurably(out, text);
  const state = readingState(protocol, lines).readers.get(reader);
  return { path: out, sha256: hashText(text), reader, answered: state === undefined ? 0 : answeredBy(state), total: state?.order.length ?? 0 }; // prettier-ignore
}

/** Throws `not-found`, `bad-input` for another file, or one whose text is not exactly as it was written. */
async function readAnswers(path: string): Promise<SignedAnswers> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) throw new AppError('not-found', `There is no file ${path}.`);
  const text = found.size > mostBytes ? '' : await readFile(path, 'utf8');
  try {
    const answers = signedAnswers.parse(JSON.parse(text));
    if (answersText(answers) === text) return answers;
  } catch {
    // Told below.
  }
  throw new AppError('bad-input', `${basename(path)} is no file of a reader's answers, or it was changed or cut short. Export it again on the reader's workstation.`); // prettier-ignore
}

const countAnswers = ({ lines }: SignedAnswers): number => lines.filter(({ type }) => type === 'answer').length;

/** Throws `bad-input` for a file that is neither. */
export async function identifyFile(path: string): Promise<StudyFile> {
  if ((await stat(path).catch(() => null))?.isFile() !== true) throw new AppError('not-found', `There is no file ${path}.`); // prettier-ignore
  if (await looksLikePack(path)) return { kind: 'pack' };
  const answers = await readAnswers(path);
  return { kind: 'answers', study: answers.study, reader: answers.reader, answered: countAnswers(answers) };
}

/** What the log says of the reader already stands against one more account of the same trials. */
function requireFirst({ shown, excluded }: ReaderState, reader: string, isMerged: boolean): void {
  if (excluded !== null) throw new AppError('wrong-state', `The reader "${reader}" was left out of this study: ${excluded}`); // prettier-ignore
  if (isMerged)
    throw new AppError('wrong-state', `The answers of the reader "${reader}" were merged already. They are merged once.`); // prettier-ignore
  if (shown.length > 0)
    throw new AppError('wrong-state', `The reader "${reader}" has read ${String(shown.length)} trials on this workstation: answers to them from another one cannot count as well.`); // prettier-ignore
}

export interface Merge {
  readonly study: StudyRow;
  readonly answers: AnswersFile;
}

/** One line of the log holds all, so that a crash leaves all or nothing. Throws `bad-input`, `wrong-state`, `not-found`. */
export async function mergeAnswers(
  project: OwnedProject,
  { path, acceptUnfinished }: { readonly path: string; readonly acceptUnfinished: boolean },
): Promise<Merge> {
  const answers = await readAnswers(path);
  const { reader } = answers;
  const study = project.store.studies.list().find(({ id }) => id === answers.study);
  if (study === undefined) throw new AppError('not-found', `${basename(path)} holds answers to a study that this project does not have. Merge it into the project where the study was locked.`); // prettier-ignore
  requireLocked(study, 'merging answers');
  const protocol = readProtocol(project.dir, study.id);
  const { lines } = readSoundChain(project, study.id);
  const packs = lines.flatMap((line) =>
    line.type === 'export' && line.data.reader === reader ? [line.data.pack] : [],
  );
  const fault = answersFault(answers, { protocol, lock: lockOf(project, study), packs });
  if (fault !== null) throw new AppError('bad-input', `The answers in ${basename(path)} were not merged, because ${fault}.`); // prettier-ignore
  const latest = Date.parse(answers.lines.at(-1)?.at ?? '');
  if (latest > Date.now() + clockToleranceMs)
    throw new AppError('bad-input', `The answers in ${basename(path)} were not merged, because they are from the future. Check the clock of this computer; if it is right, that of the reader's was wrong.`); // prettier-ignore
  const state = readingState(protocol, lines).readers.get(reader);
  if (state !== undefined) requireFirst(state, reader, lines.some((line) => line.type === 'merge' && line.data.reader === reader)); // prettier-ignore
  const used = new Set(withMerged(lines).flatMap((line) => (line.type === 'shown' ? [line.data.trial] : [])));
  if (answers.lines.some((line) => line.type === 'shown' && used.has(line.data.trial)))
    throw new AppError('bad-input', `The answers in ${basename(path)} were not merged, because trials of them are in the log already.`); // prettier-ignore
  const [answered, total] = [countAnswers(answers), state?.order.length ?? 0];
  if (answered < total && !acceptUnfinished)
    throw new AppError('wrong-state', `The reader "${reader}" has answered ${String(answered)} of ${String(total)} trials, and answers are merged once. Let the reader finish and export again, or merge what there is with: doppel study import --unfinished`); // prettier-ignore
  const sha256 = hashText(answersText(answers));
  append(project, study.id, [{ type: 'merge', data: { reader, sha256, answers } }]);
  return { study, answers: { path, sha256, reader, answered, total } };
}
