/** Recomputes everything that a locked study has committed to, and names what is not as it was. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { StudyVerification, VerifyProblem } from '#contract/studyCommands.ts';
import { studyProtocol, type StudyProtocol } from '#contract/studies.ts';
import { readingFaults } from '#shared/study/readingFaults.ts';
import { hashedText, withMerged, type LockLine, type LogLine } from '#shared/study/studyLog.ts';
import { hashFile, hashText } from '../hash.ts';
import { casesFolder, studyDir } from '../projects/layout.ts';
import type { ReadProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { answersFault, answersText } from './answerFaults.ts';
import { headFault, logName, logPath, readChain, type Chain } from './chain.ts';
import { keyName, openedName, protocolName, studyKey } from './sealedFiles.ts';
import { commitmentOf } from './sealing.ts';

type LockData = LockLine['data'];

const lineOf = (line: number): string => `${logName} line ${String(line)}`;

function fileProblem(
  folder: string,
  name: string,
  { what, sha256 }: { what: VerifyProblem['what']; sha256: string },
): readonly VerifyProblem[] {
  // prettier-ignore
  const path = join(folder, name);
  if (!existsSync(path)) return [{ what, where: name, problem: 'is missing' }];
  const isSame = hashText(readFileSync(path, 'utf8')) === sha256;
  return isSame ? [] : [{ what, where: name, problem: 'was changed since the study was locked' }];
}

async function caseProblems(folder: string, { cases }: LockData): Promise<readonly VerifyProblem[]> {
  const problems: VerifyProblem[] = [];
  for (const [id, sha256] of Object.entries(cases)) {
    const where = `${casesFolder}/${id}.nii`;
    const found = await hashFile(join(folder, where)).catch(() => null);
    if (found === null) problems.push({ what: 'case', where, problem: 'is missing' });
    else if (found !== sha256)
      problems.push({ what: 'case', where, problem: 'was changed since the study was locked' });
  }
  const known = new Set(Object.keys(cases).map((id) => `${id}.nii`));
  const extra = (await readdir(join(folder, casesFolder)).catch(() => [])).filter((name) => !known.has(name));
  return [...problems, ...extra.map((name): VerifyProblem => ({ what: 'case', where: `${casesFolder}/${name}`, problem: 'does not belong to the study' }))]; // prettier-ignore
}

/** What came from other workstations is signed, whole, and of this study. */
function mergeProblems(protocol: StudyProtocol, lock: LockLine, lines: readonly LogLine[]): readonly VerifyProblem[] {
  return lines.flatMap((line): readonly VerifyProblem[] => {
    if (line.type !== 'merge') return [];
    const { answers, reader, sha256 } = line.data;
    const packs = lines.flatMap((one) => (one.type === 'export' && one.data.reader === reader ? [one.data.pack] : []));
    const isSame = reader === answers.reader && sha256 === hashText(answersText(answers));
    const fault = isSame ? answersFault(answers, { protocol, lock, packs }) : 'they are not those that the line names';
    const problem = `holds answers that do not belong to it, because ${fault ?? ''}`;
    return fault === null ? [] : [{ what: 'answer', where: lineOf(line.index + 1), problem }];
  });
}

/** In a merge the lines of its answers have numbers of their own. */
function readingProblems(folder: string, lock: LockLine, lines: readonly LogLine[]): readonly VerifyProblem[] {
  const parsed = studyProtocol.safeParse(JSON.parse(readFileSync(join(folder, protocolName), 'utf8')));
  if (!parsed.success) return []; // Its hash is wrong, which is told.
  const merges = new Map(lines.flatMap((line) => (line.type === 'merge' ? line.data.answers.lines.map((inner): [LogLine, LogLine] => [inner, line]) : []))); // prettier-ignore
  const faults = readingFaults(parsed.data, withMerged(lines)).map(({ line, problem }): VerifyProblem => {
    const merge = merges.get(line);
    const where = merge === undefined ? lineOf(line.index + 1) : `${lineOf(merge.index + 1)}, line ${String(line.index + 1)} of the answers`; // prettier-ignore
    return { what: 'answer', where, problem };
  });
  return [...mergeProblems(parsed.data, lock, lines), ...faults];
}

/** Once the key is open: it and the protocol are what the first line committed to, salts and all. */
function openedProblems(folder: string, lock: LockData, lines: readonly LogLine[]): readonly VerifyProblem[] {
  const open = lines.find(({ type }) => type === 'open');
  if (open?.type !== 'open') return [];
  const changed = fileProblem(folder, openedName, { what: 'key', sha256: open.data.openedSha256 });
  if (changed.length > 0) return changed;
  const key = studyKey.parse(JSON.parse(readFileSync(join(folder, openedName), 'utf8')));
  const problems: VerifyProblem[] = [];
  if (commitmentOf(key, key.keySalt) !== lock.keyCommitment)
    problems.push({ what: 'commitment', where: openedName, problem: 'is not the key that the study was locked with' });
  const protocol: unknown = JSON.parse(readFileSync(join(folder, protocolName), 'utf8'));
  if (commitmentOf(protocol, key.protocolSalt) !== lock.protocolCommitment)
    problems.push({ what: 'commitment', where: protocolName, problem: 'is not the protocol that the study was locked with' }); // prettier-ignore
  return problems;
}

/** The owner's first line, as it stands in the reader's. */
const lockProblem = (lock: LockLine): readonly VerifyProblem[] =>
  hashText(hashedText(lock)) === lock.hash ? [] : [{ what: 'log', where: lineOf(1), problem: 'holds another lock than the pack brought' }]; // prettier-ignore

function chainProblems(chain: Chain, study: StudyRow): readonly VerifyProblem[] {
  const fault = chain.fault ?? headFault(chain, study.log);
  if (fault === null) return [];
  return [{ what: 'log', where: lineOf(fault.line), problem: fault.problem }];
}

/** Of everything that the line that locked the study names. In a reader's pack there is no key. */
async function lockedProblems(folder: string, lock: LockLine, lines: readonly LogLine[]): Promise<readonly VerifyProblem[]> {
  const { data } = lock;
  const protocol = fileProblem(folder, protocolName, { what: 'protocol', sha256: data.protocolSha256 });
  return [
    ...protocol,
    ...(lines[0]?.type === 'lock' ? fileProblem(folder, keyName, { what: 'key', sha256: data.keySha256 }) : lockProblem(lock)),
    ...(await caseProblems(folder, data)),
    ...(protocol.length > 0 ? [] : [...readingProblems(folder, lock, lines), ...openedProblems(folder, data, lines)]),
  ];
} // prettier-ignore

/** Throws `wrong-state` for a study that is not locked yet. */
export async function verifyStudy({ dir }: ReadProject, study: StudyRow): Promise<StudyVerification> {
  const folder = studyDir(dir, study.id);
  if (study.state === 'draft' || study.state === 'ready')
    throw new AppError('wrong-state', `The study "${study.name}" is not locked yet: there is nothing to verify.`);
  const path = logPath(dir, study.id);
  const chain: Chain = existsSync(path) ? readChain(path) : { lines: [], fault: null, torn: Buffer.alloc(0) };
  const problems = [...chainProblems(chain, study)];
  const [first] = chain.lines;
  const lock = first?.type === 'lock' ? first : first?.type === 'import' ? first.data.lock : null;
  if (lock === null) {
    if (problems.length === 0) problems.push({ what: 'log', where: lineOf(1), problem: 'is not the lock of a study' });
  } else problems.push(...(await lockedProblems(folder, lock, chain.lines)));
  const torn = `The last line of ${logName} was cut off by a crash (${String(chain.torn.length)} bytes): it held nothing that had been confirmed.`;
  return {
    ok: problems.length === 0,
    lines: chain.lines.length,
    files: lock === null ? 1 : Object.keys(lock.data.cases).length + (first?.type === 'lock' ? 3 : 2),
    problems,
    notices: chain.torn.length > 0 && chain.fault === null ? [torn] : [],
  };
}
