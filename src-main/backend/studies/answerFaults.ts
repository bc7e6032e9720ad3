/** Do answers from another workstation belong to a study, and are they as their reader gave them? */
import { createPublicKey, verify } from 'node:crypto';
import type { StudyProtocol } from '#contract/studies.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { readingFaults } from '#shared/study/readingFaults.ts';
import type { LockLine, SignedAnswers } from '#shared/study/studyLog.ts';
import { lineFault } from './chain.ts';

/** Two computers' clocks may differ; by more than a day they are wrong. */
export const clockToleranceMs = 24 * 60 * 60 * 1000;

/** What the reader's key signs. */
export const signedBytes = ({ format, study, reader, lines }: Omit<SignedAnswers, 'signature'>): Buffer =>
  Buffer.from(canonicalJson({ format, study, reader, lines }));

/** The text of the file that they come in. */
export const answersText = (answers: SignedAnswers): string => `${canonicalJson(answers)}\n`;

interface Origin {
  readonly protocol: StudyProtocol;
  readonly lock: LockLine;
  /** Names of the packs that were made for the reader. */
  readonly packs: readonly string[];
}

function isSigned(answers: SignedAnswers, publicKey: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, signedBytes(answers), key, Buffer.from(answers.signature, 'base64'));
}

/** Where the reading took place, and of what. */
function originFault({ reader, study, lines: [first] }: SignedAnswers, { lock, packs }: Origin): string | null {
  if (study !== lock.data.study) return 'they belong to another study';
  if (first?.type !== 'import') return 'they do not begin with the pack that they answer';
  if (canonicalJson(first.data.lock) !== canonicalJson(lock))
    return 'they were given to another protocol or other scans than this study was locked with';
  if (first.data.reader !== reader || !packs.includes(first.data.pack))
    return `no pack of this study was made for them`;
  return null;
}

/** The lines hang together, are of one reader, and their times run from the lock forwards. */
function chainFault({ reader, lines }: SignedAnswers, { lock }: Origin): string | null {
  const earliest = Date.parse(lock.at) - clockToleranceMs;
  for (const [index, line] of lines.entries()) {
    const fault = lineFault(line, lines[index - 1] ?? null);
    const where = `line ${String(index + 1)} of them`;
    if (fault !== null) return `${where} ${fault}`;
    if (index > 0 && line.type === 'import') return `${where} begins them a second time`;
    if ('reader' in line.data && line.data.reader !== reader) return `${where} is of another reader`;
    if (Date.parse(line.at) < earliest) return `${where} is older than the study`;
    if (Date.parse(line.at) < Date.parse(lines[index - 1]?.at ?? line.at)) return `${where} is older than the line before`; // prettier-ignore
  }
  return null;
}

/** What is wrong with answers, in words that follow "because"; null: nothing. The first fault found, the gravest first. */
export function answersFault(answers: SignedAnswers, origin: Origin): string | null {
  const { protocol } = origin;
  const reader = protocol.readers.find(({ name }) => name === answers.reader);
  if (answers.study !== protocol.id) return 'they belong to another study';
  if (reader === undefined) return `the study has no reader "${answers.reader}"`;
  if (!isSigned(answers, reader.publicKey)) return `the signature is not that of the reader "${reader.name}": they were changed, or somebody else made them`; // prettier-ignore
  const early = originFault(answers, origin) ?? chainFault(answers, origin);
  if (early !== null) return early;
  const [fault] = readingFaults(protocol, answers.lines);
  return fault === undefined ? null : `line ${String(fault.line.index + 1)} of them ${fault.problem}`;
}
