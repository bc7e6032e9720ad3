/** Locks a study: protocol and key are committed to in the log, the key is encrypted, and the truth leaves the database. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { FairnessReport, StudyProtocol } from '#contract/studies.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { hashFile, hashText } from '../hash.ts';
import { now } from '../identifiers.ts';
import { casesFolder, studyDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StoredCase, StudyRow } from '../store/studies.ts';
import { currentVersions } from '../versions.ts';
import { beginChain } from './chain.ts';
import { writeDurably } from './durableFile.ts';
import { requireOwn } from './ownStudy.ts';
import { keyName, protocolName, studyFile, type StudyKey } from './sealedFiles.ts';
import { commitmentOf, derivation, newSalt, seal } from './sealing.ts';

interface LockRequest {
  readonly study: StudyRow;
  readonly passphrase: string;
  readonly overrideFairness: string | null;
}

function requireFair({ fair, cues }: FairnessReport, override: string | null): void {
  if (fair || override !== null) return;
  const words = cues.filter(({ verdict }) => verdict === 'cue').map((cue) => cue.words);
  const remedies = [...new Set(cues.flatMap(({ verdict, remedy }) => (verdict === 'cue' && remedy !== null ? [remedy] : [])))]; // prettier-ignore
  const how =
    remedies.length === 0 ? '' : ` Doppel does that with: doppel study check --remedy ${remedies.join(' --remedy ')}.`;
  throw new AppError(
    'unfair-cue',
    `The study was not locked. ${words.join(' ')}${how} Or lock it with --override-fairness "REASON", which the report prints.`,
  );
}

/** Of each pair the first by its random id, so that the order on the screen tells nothing. */
function pairsOf(cases: readonly StoredCase[]): [string, string][] {
  const byPair = Map.groupBy(
    cases.filter(({ pair }) => pair !== null),
    ({ pair }) => pair,
  );
  return [...byPair.values()]
    .map((two): [string, string] => [two[0]?.id ?? '', two[1]?.id ?? ''])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function protocolOf(
  study: StudyRow,
  { cases, fairness, overrideFairness }: { readonly cases: readonly StoredCase[]; readonly fairness: FairnessReport; readonly overrideFairness: string | null }, // prettier-ignore
): StudyProtocol {
  const { name, real, protocol, realism, trials, repeats, practice, timeLimitSeconds, tools, margin, seed } =
    study.design; // without the folders of the synthetic scans
  return {
    format: 'doppel-study-1',
    id: study.id,
    design: { name, real, protocol, realism, trials, repeats, practice, timeLimitSeconds, tools, margin, seed },
    readers: study.readers.map(({ name, role, years, pin, publicKey }) => ({ name, role, years, pin, publicKey })),
    cases: cases.map(({ id, sha256, bytes }) => ({ id, sha256, bytes })),
    practice: cases.filter((one) => one.practice).map(({ id }) => id),
    pairs: pairsOf(cases),
    fairness,
    overrideFairness: fairness.fair ? null : overrideFairness,
    warnings: study.warnings,
    sealing: { commitment: 'sha256(salt || canonical JSON)', cipher: 'aes-256-gcm', derivation },
  };
}

/** Prepared scans that were changed since are not sealed. */
async function requireUnchanged(dir: string, cases: readonly StoredCase[]): Promise<void> {
  for (const { id, sha256 } of cases) {
    const found = await hashFile(join(dir, casesFolder, `${id}.nii`)).catch(() => null);
    if (found !== sha256)
      throw new AppError('wrong-state', `The prepared scan ${id}.nii is missing or was changed. Prepare the study again with: doppel study check`); // prettier-ignore
  }
}

/** Throws `wrong-state`, `unfair-cue`. A lock that a crash cut short is done again from the beginning. */
export async function lockStudy(
  project: OwnedProject,
  { study, passphrase, overrideFairness }: LockRequest,
): Promise<StudyRow> {
  // prettier-ignore
  const { store, dir } = project;
  const { fairness } = study;
  requireOwn(study, 'locking');
  if (study.state !== 'ready' || fairness === null)
    throw new AppError(
      'wrong-state',
      study.state === 'draft'
        ? `The scans of "${study.name}" are not prepared yet (job ${study.jobId ?? 'none'}). Wait for its end, or start it again with: doppel study check`
        : `The study "${study.name}" is ${study.state} already.`,
    );
  requireFair(fairness, overrideFairness);
  const cases = store.studies.cases(study.id);
  await requireUnchanged(studyDir(dir, study.id), cases);
  const protocol = protocolOf(study, { cases, fairness, overrideFairness });
  const key: StudyKey = {
    format: 'doppel-key-1',
    study: study.id,
    keySalt: newSalt(),
    protocolSalt: newSalt(),
    cases: Object.fromEntries(cases.flatMap(({ id, truth }) => (truth === null ? [] : [[id, truth]]))),
  };
  const protocolText = `${canonicalJson(protocol)}\n`;
  const keyText = await seal(Buffer.from(canonicalJson(key)), passphrase);
  if (store.studies.get(study.id).state !== 'ready')
    throw new AppError('wrong-state', `The study "${study.name}" was locked meanwhile.`);
  writeDurably(studyFile(dir, study.id, protocolName), protocolText);
  writeDurably(studyFile(dir, study.id, keyName), keyText);
  beginChain(project, study.id, {
    type: 'lock',
    data: {
      study: study.id,
      version: currentVersions.doppel,
      protocolSha256: hashText(protocolText),
      keySha256: hashText(keyText),
      protocolCommitment: commitmentOf(protocol, key.protocolSalt),
      keyCommitment: commitmentOf(key, key.keySalt),
      cases: Object.fromEntries(cases.map(({ id, sha256 }) => [id, sha256])),
      readers: protocol.readers.map(({ name }) => name),
    },
  });
  store.transaction(() => {
    store.studies.setCases(study.id, cases.map((one) => ({ ...one, truth: null }))); // prettier-ignore
    store.studies.put({ ...study, state: 'locked', selection: null, lockedAt: now() });
  });
  store.studies.forget();
  return store.studies.get(study.id);
}
