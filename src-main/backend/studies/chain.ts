/** The hash-chained log of a study on the disk: read and checked, and written one durable line at a time. */
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { hashedText, noHash, parseLogLine, type LogEntry, type LogLine } from '#shared/study/studyLog.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { hashText } from '../hash.ts';
import { now } from '../identifiers.ts';
import { studyDir } from '../projects/layout.ts';
import type { OwnedProject, ReadProject } from '../projects/sessions.ts';
import { appendDurably, writeDurably } from './durableFile.ts';

export const logName = 'log.jsonl';
export const logPath = (projectDir: string, studyId: string): string => join(studyDir(projectDir, studyId), logName);

export interface ChainFault {
  /** From 1, as editors count. */
  readonly line: number;
  readonly problem: string;
}

export interface Chain {
  /** Up to the first fault. */
  readonly lines: readonly LogLine[];
  readonly fault: ChainFault | null;
  /** Bytes after the last line's end: a line that a crash cut off. */
  readonly torn: Buffer;
}

/** Of the lines that the database knows of; it may know of fewer after a power cut, never of more. */
export interface LogHead {
  readonly length: number;
  readonly hash: string;
}

/** What is wrong with a line after the one before; null: nothing. */
export function lineFault(line: LogLine, before: LogLine | null): string | null {
  if (hashText(hashedText(line)) !== line.hash) return 'was changed: its hash is not that of its content';
  if (line.index !== (before === null ? 0 : before.index + 1) || line.previous !== (before?.hash ?? noHash))
    return 'does not follow the line before: a line was removed, added or changed there';
  return null;
}

function readLine(text: string, before: LogLine | null): LogLine | string {
  const line = parseLogLine(text);
  if (line === null) return 'is not as it was written';
  return lineFault(line, before) ?? line;
}

/** Throws what the file system throws. */
export function readChain(path: string): Chain {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(10) + 1; // after the last line feed
  const texts = bytes.toString('utf8', 0, Math.max(0, end - 1)).split('\n');
  const lines: LogLine[] = [];
  const torn = bytes.subarray(end);
  for (const [index, text] of texts.entries()) {
    if (end === 0) break;
    const line = readLine(text, lines.at(-1) ?? null);
    if (typeof line === 'string') return { lines, fault: { line: index + 1, problem: line }, torn };
    lines.push(line);
  }
  return { lines, fault: null, torn };
}

/** What the database knows and the log does not hold (any more). */
export function headFault({ lines }: Chain, head: LogHead): ChainFault | null {
  if (lines.length < head.length)
    return {
      line: lines.length + 1,
      problem: `is missing: the log has ${String(lines.length)} of ${String(head.length)} lines`,
    };
  if (head.length > 0 && lines[head.length - 1]?.hash !== head.hash)
    return { line: head.length, problem: 'is not the one the project knows: the log was written anew' };
  return null;
}

/** The whole log; throws `project-damaged` for one that was changed. */
export function readSoundChain({ dir, store }: ReadProject, studyId: string): Chain {
  const chain = readChain(logPath(dir, studyId));
  const fault = chain.fault ?? headFault(chain, store.studies.get(studyId).log);
  if (fault === null) return chain;
  throw new AppError(
    'project-damaged',
    `The log of this study was changed: line ${String(fault.line)} ${fault.problem}. 'doppel study verify' tells all of it; restore the study's folder from a backup.`,
  );
}

/** Now; where the clock was set back, the time of the last line, so that times never run backwards. */
export function timeAfter(before: LogLine | null): string {
  const at = now();
  return before !== null && before.at > at ? before.at : at;
}

function nextLine(entry: LogEntry, before: LogLine | null, at = timeAfter(before)): LogLine {
  const line = { ...entry, index: before === null ? 0 : before.index + 1, at, previous: before?.hash ?? noHash };
  return { ...line, hash: hashText(hashedText(line)) };
}

const textOf = (line: LogLine): string => `${canonicalJson(line)}\n`;

/** Begins a log with its first line, in place of one that nobody has seen. The head is for a study that has no row yet. */
export function beginChain({ dir, store }: OwnedProject, studyId: string, entry: LogEntry): LogHead {
  const line = nextLine(entry, null);
  writeDurably(logPath(dir, studyId), textOf(line));
  const head = { length: 1, hash: line.hash };
  store.studies.setLog(studyId, head);
  return head;
}

/**
 * Adds lines to a sound log, which are on the disk when this returns; a line that a crash cut off goes first. `at`: their
 * time, not before that of the last line; else now.
 */
export function append(
  { dir, store }: OwnedProject,
  studyId: string,
  entries: readonly LogEntry[],
  at?: string,
): readonly LogLine[] {
  const { lines, torn } = readSoundChain({ dir, store }, studyId);
  const path = logPath(dir, studyId);
  const repair: LogEntry[] = [];
  if (torn.length > 0) {
    truncateSync(path, lines.reduce((bytes, line) => bytes + Buffer.byteLength(textOf(line)), 0)); // prettier-ignore
    repair.push({ type: 'repair', data: { bytes: torn.length, sha256: hashText(torn.toString('latin1')) } });
  }
  let last = lines.at(-1) ?? null;
  const added = [...repair, ...entries].map((entry) => (last = nextLine(entry, last, at)));
  appendDurably(path, added.map(textOf).join(''));
  if (last !== null) store.studies.setLog(studyId, { length: last.index + 1, hash: last.hash });
  return added;
}
