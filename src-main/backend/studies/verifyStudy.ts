/** Recomputes everything that a locked study has committed to, and names what is not as it was. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { StudyVerification, VerifyProblem } from '#contract/studyCommands.ts';
import { studyProtocol } from '#contract/studies.ts';
import { orderOf } from '#shared/study/readingState.ts';
import type { LogLine } from '#shared/study/studyLog.ts';
import { hashFile, hashText } from '../hash.ts';
import { casesFolder, studyDir } from '../projects/layout.ts';
import type { ReadProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { headFault, logName, logPath, readChain, type Chain } from './chain.ts';
import { keyName, openedName, protocolName, studyKey } from './sealedFiles.ts';
import { commitmentOf } from './sealing.ts';

type LockData = Extract<LogLine, { type: 'lock' }>['data'];

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

/** Every trial is shown in its reader's order, and answered once and after it was shown. */
function readingProblems(folder: string, lines: readonly LogLine[]): readonly VerifyProblem[] {
  const parsed = studyProtocol.safeParse(JSON.parse(readFileSync(join(folder, protocolName), 'utf8')));
  if (!parsed.success) return []; // Its hash is wrong, which is told.
  const protocol = parsed.data;
  const orders = new Map(protocol.readers.map(({ name }) => [name, orderOf(protocol, name)]));
  const shown = new Map<string, { readonly reader: string; isAnswered: boolean }>();
  const counts = new Map<string, number>();
  const problems: VerifyProblem[] = [];
  const note = (line: LogLine, problem: string): void => {
    problems.push({ what: 'answer', where: lineOf(line.index + 1), problem });
  };
  for (const line of lines) {
    if (line.type === 'shown') {
      const { reader, trial, cases, index } = line.data;
      const expected = (counts.get(reader) ?? 0) + 1;
      counts.set(reader, expected);
      const showing = orders.get(reader)?.[index - 1];
      if (index !== expected || showing?.cases.join() !== cases.join()) note(line, 'shows a trial out of its order');
      shown.set(trial, { reader, isAnswered: false });
    }
    if (line.type === 'answer') {
      const before = shown.get(line.data.trial);
      if (before?.reader !== line.data.reader) note(line, 'answers a trial that this reader was not shown');
      else if (before.isAnswered) note(line, 'answers a trial for the second time');
      else before.isAnswered = true;
    }
  }
  return problems;
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

function chainProblems(chain: Chain, study: StudyRow): readonly VerifyProblem[] {
  const fault = chain.fault ?? headFault(chain, study.log);
  if (fault === null) return [];
  return [{ what: 'log', where: lineOf(fault.line), problem: fault.problem }];
}

/** Throws `wrong-state` for a study that is not locked yet. */
export async function verifyStudy({ dir }: ReadProject, study: StudyRow): Promise<StudyVerification> {
  const folder = studyDir(dir, study.id);
  if (study.state === 'draft' || study.state === 'ready')
    throw new AppError('wrong-state', `The study "${study.name}" is not locked yet: there is nothing to verify.`);
  const path = logPath(dir, study.id);
  const chain: Chain = existsSync(path) ? readChain(path) : { lines: [], fault: null, torn: Buffer.alloc(0) };
  const problems = [...chainProblems(chain, study)];
  const first = chain.lines[0];
  if (first?.type !== 'lock') {
    if (problems.length === 0) problems.push({ what: 'log', where: lineOf(1), problem: 'is not the lock of a study' });
  } else {
    const lock = first.data;
    const protocol = fileProblem(folder, protocolName, { what: 'protocol', sha256: lock.protocolSha256 });
    problems.push(
      ...protocol,
      ...fileProblem(folder, keyName, { what: 'key', sha256: lock.keySha256 }),
      ...(await caseProblems(folder, lock)),
      ...(protocol.length > 0 ? [] : [...readingProblems(folder, chain.lines), ...openedProblems(folder, lock, chain.lines)]), // prettier-ignore
    );
  }
  const torn = `The last line of ${logName} was cut off by a crash (${String(chain.torn.length)} bytes): it held nothing that had been confirmed.`;
  return {
    ok: problems.length === 0,
    lines: chain.lines.length,
    files: first?.type === 'lock' ? Object.keys(first.data.cases).length + 3 : 1,
    problems,
    notices: chain.torn.length > 0 && chain.fault === null ? [torn] : [],
  };
}
