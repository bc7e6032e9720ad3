/**
 * The log of a study: one JSON object a line, each with the hash of the line before, so that no line can be changed,
 * removed or added in between without changing all that follow (Haber & Stornetta 1991, J. Cryptol. 3:99).
 */
import { z } from 'zod';
import { readingEvent, studyAnswer } from '../contract/studies.ts';
import { canonicalJson } from './canonicalJson.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const reader = z.string();

export const logEntry = z.discriminatedUnion('type', [
  z.strictObject({
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
  }),
  z.strictObject({
    type: z.literal('shown'),
    data: z.strictObject({ reader, trial: z.string(), cases: z.array(z.string()), index: z.int().positive() }),
  }),
  z.strictObject({
    type: z.literal('answer'),
    data: z.strictObject({ reader, trial: z.string(), answer: studyAnswer }),
  }),
  z.strictObject({ type: z.literal('event'), data: z.strictObject({ reader, event: readingEvent }) }),
  z.strictObject({ type: z.literal('exclude'), data: z.strictObject({ reader, reason: z.string() }) }),
  /** A line that a crash had cut off was removed; its answer had not been confirmed to anybody. */
  z.strictObject({
    type: z.literal('repair'),
    data: z.strictObject({ bytes: z.int().positive(), sha256 }),
  }),
  /** Answers that came from another workstation; they stand in the lines before this one. */
  z.strictObject({
    type: z.literal('merge'),
    data: z.strictObject({ reader, sha256, answers: z.int().nonnegative() }),
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
  readonly index: number; // from 0
  readonly at: string; // ISO 8601, UTC
  readonly previous: string; // hash of the line before; 64 zeros in the first
  readonly hash: string;
};

export const noHash = '0'.repeat(64);

/** What the hash of a line is made of. */
export const hashedText = ({ index, at, type, data, previous }: Omit<LogLine, 'hash'>): string =>
  canonicalJson({ index, at, type, data, previous });

const envelope = z.strictObject({
  index: z.int().nonnegative(),
  at: z.string(),
  previous: z.string(),
  hash: sha256,
  type: z.string(),
  data: z.unknown(),
});

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
