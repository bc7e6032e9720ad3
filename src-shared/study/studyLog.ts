/**
 * The log of a study: one JSON object a line, each with the hash of the line before, so that no line can be changed,
 * removed or added in between without changing all that follow (Haber & Stornetta 1991, J. Cryptol. 3:99).
 */
import { z } from 'zod';
import { readingEvent, studyAnswer } from '../contract/studies.ts';
import { canonicalJson } from './canonicalJson.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const reader = z.string();

/** How a line hangs on the one before. */
const chained = {
  index: z.int().nonnegative(), // from 0
  at: z.iso.datetime(), // UTC; no line is earlier than the one before
  previous: sha256, // hash of the line before; 64 zeros in the first
  hash: sha256,
};

const lockEntry = z.strictObject({
  type: z.literal('lock'),
  data: z.strictObject({
    study: z.string(),
    version: z.string(), // of Doppel
    protocolSha256: sha256, // of the files as they lie on the disk
    keySha256: sha256,
    protocolCommitment: sha256, // salted; the salts are in the key
    keyCommitment: sha256,
    cases: z.record(z.string(), sha256), // of the files, by id
    readers: z.array(reader),
  }),
});
export const lockLine = lockEntry.extend(chained);
export type LockLine = z.infer<typeof lockLine>;

/** The first line on a reader's workstation: which study it is, by the line that locked it. */
const importEntry = z.strictObject({
  type: z.literal('import'),
  data: z.strictObject({ reader, pack: z.string(), version: z.string(), lock: lockLine }),
});
const shownEntry = z.strictObject({
  type: z.literal('shown'),
  data: z.strictObject({ reader, trial: z.string(), cases: z.array(z.string()), index: z.int().positive() }),
});
const answerEntry = z.strictObject({
  type: z.literal('answer'),
  data: z.strictObject({ reader, trial: z.string(), answer: studyAnswer }),
});
const eventEntry = z.strictObject({ type: z.literal('event'), data: z.strictObject({ reader, event: readingEvent }) });
/** A line that a crash had cut off was removed; its answer had not been confirmed to anybody. */
const repairEntry = z.strictObject({
  type: z.literal('repair'),
  data: z.strictObject({ bytes: z.int().positive(), sha256 }),
});

/** All that a log on a reader's workstation holds. */
const readingLine = z.discriminatedUnion('type', [
  importEntry.extend(chained),
  shownEntry.extend(chained),
  answerEntry.extend(chained),
  eventEntry.extend(chained),
  repairEntry.extend(chained),
]);
export type ReadingLine = z.infer<typeof readingLine>;

/** What comes back from a reader's workstation: its whole log, signed. */
export const signedAnswers = z.strictObject({
  format: z.literal('doppel-answers-1'),
  study: z.string(), // its id where it was locked
  reader,
  lines: z.array(readingLine).min(1),
  signature: z.base64(), // Ed25519, of the canonical JSON of all the above
});
export type SignedAnswers = z.infer<typeof signedAnswers>;

export const logEntry = z.discriminatedUnion('type', [
  lockEntry,
  importEntry,
  shownEntry,
  answerEntry,
  eventEntry,
  repairEntry,
  z.strictObject({ type: z.literal('exclude'), data: z.strictObject({ reader, reason: z.string() }) }),
  /** A pack for another workstation was made. */
  z.strictObject({ type: z.literal('export'), data: z.strictObject({ reader, pack: z.string(), sha256 }) }),
  /** Answers that came from another workstation, as they came: one line, so that all of them are there or none. */
  z.strictObject({
    type: z.literal('merge'),
    data: z.strictObject({ reader, sha256, answers: signedAnswers }), // the hash is that of the file
  }),
  z.strictObject({
    type: z.literal('close'),
    data: z.strictObject({ answered: z.record(z.string(), z.strictObject({ answered: z.int(), total: z.int() })) }),
  }),
  z.strictObject({
    type: z.literal('open'),
    data: z.strictObject({ openedSha256: sha256 }), // of the opened key's file
  }),
]);
export type LogEntry = z.infer<typeof logEntry>;

export type LogLine = LogEntry & {
  readonly index: number;
  readonly at: string;
  readonly previous: string;
  readonly hash: string;
};

export const noHash = '0'.repeat(64);

/** What the hash of a line is made of. */
export const hashedText = ({ index, at, type, data, previous }: Omit<LogLine, 'hash'>): string =>
  canonicalJson({ index, at, type, data, previous });

const envelope = z.strictObject({ ...chained, type: z.string(), data: z.unknown() });

/** A line as it stands in the file, without its end; null where it is not exactly as it was written. */
export function parseLogLine(text: string): LogLine | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (canonicalJson(parsed) !== text) return null;
    const { type, data, ...chained } = envelope.parse(parsed);
    return { ...chained, ...logEntry.parse({ type, data }) };
  } catch {
    return null;
  }
}

/** The lines of merged answers in the place of their merge: as if the reader had read here. */
export const withMerged = (lines: readonly LogLine[]): readonly LogLine[] =>
  lines.flatMap((line): readonly LogLine[] => (line.type === 'merge' ? line.data.answers.lines : [line]));
