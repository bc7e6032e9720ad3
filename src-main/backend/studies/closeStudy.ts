/** Opens the key of a study when its readers are done: the truth is known from then on, and no answer is taken. */
import { readFileSync } from 'node:fs';
import { AppError } from '#contract/errors.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { answeredBy, readingState } from '#shared/study/readingState.ts';
import { hashText } from '../hash.ts';
import { now } from '../identifiers.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { attempting } from './attempts.ts';
import { append, readSoundChain } from './chain.ts';
import { writeDurably } from './durableFile.ts';
import { requireOwn } from './ownStudy.ts';
import { keyName, openedName, readProtocol, studyFile, studyKey, type StudyKey } from './sealedFiles.ts';
import { commitmentOf, unseal } from './sealing.ts';

async function openKey({ dir, store }: OwnedProject, study: StudyRow, passphrase: string): Promise<StudyKey> {
  const [lock] = readSoundChain({ dir, store }, study.id).lines;
  const text = readFileSync(studyFile(dir, study.id, keyName), 'utf8');
  if (lock?.type !== 'lock' || hashText(text) !== lock.data.keySha256)
    throw new AppError('project-damaged', `The key of "${study.name}" was changed since the study was locked. Restore ${keyName} from a backup.`); // prettier-ignore
  const key = studyKey.parse(JSON.parse((await unseal(text, passphrase)).toString('utf8')));
  const isCommitted =
    commitmentOf(key, key.keySalt) === lock.data.keyCommitment &&
    commitmentOf(readProtocol(dir, study.id), key.protocolSalt) === lock.data.protocolCommitment;
  if (!isCommitted)
    throw new AppError('project-damaged', `Protocol or key of "${study.name}" are not those that were locked. 'doppel study verify' tells which.`); // prettier-ignore
  return key;
}

/** Throws `wrong-passphrase`, `wrong-state`. One that a crash cut short is done again. */
export async function closeStudy(project: OwnedProject, study: StudyRow, passphrase: string): Promise<StudyRow> {
  const { store, dir } = project;
  requireOwn(study, 'closing');
  if (study.state !== 'locked')
    throw new AppError('wrong-state', `The study "${study.name}" is ${study.state}; a locked one can be closed.`);
  const key = await attempting(project, { studyId: study.id, secret: 'passphrase' }, () => openKey(project, study, passphrase)); // prettier-ignore
  const { lines } = readSoundChain(project, study.id);
  const state = readingState(readProtocol(dir, study.id), lines);
  const openedText = `${canonicalJson(key)}\n`;
  writeDurably(studyFile(dir, study.id, openedName), openedText);
  const answered = Object.fromEntries(
    [...state.readers].map(([name, reader]) => [name, { answered: answeredBy(reader), total: reader.order.length }]),
  );
  if (!state.isClosed) append(project, study.id, [{ type: 'close', data: { answered } }]);
  if (!lines.some(({ type }) => type === 'open'))
    append(project, study.id, [{ type: 'open', data: { openedSha256: hashText(openedText) } }]);
  store.transaction(() => {
    const cases = store.studies.cases(study.id);
    store.studies.setCases(study.id, cases.map((one) => ({ ...one, truth: key.cases[one.id] ?? null }))); // prettier-ignore
    store.studies.put({ ...study, state: 'closed', closedAt: now() });
  });
  return store.studies.get(study.id);
}
