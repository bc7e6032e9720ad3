/** What every section of an evidence report is made of: whose scans they are, and numbers with their uncertainty. */
import { z } from 'zod';

const finite = z.number();

/** Held-out scans are those that nobody trained on; of a folder that is the user's word. */
export const scanRole = z.enum(['real held-out', 'real training', 'synthetic']);
export type ScanRole = z.infer<typeof scanRole>;

/** A number and its 95 % interval, from so many scans. */
export const figure = z.strictObject({
  value: finite.nullable(), // null: it cannot be told from these scans
  low: finite.nullable(), // of the interval, as is the next; null: there is none
  high: finite.nullable(),
  n: z.strictObject({ real: z.int().nonnegative(), synthetic: z.int().nonnegative() }),
});
export type Figure = z.infer<typeof figure>;

/** What turns scans into features. Values by extractors of different names or hashes cannot be compared. */
export const extractor = z.strictObject({
  name: z.string(),
  sha256: z.string(), // of its weights
  length: z.int().positive(), // features of a scan
  words: z.string(), // what it is
});
export type Extractor = z.infer<typeof extractor>;

/** How a section went, told before its numbers. */
export const verdict = z.strictObject({
  tone: z.enum(['good', 'mixed', 'bad', 'unknown']), // unknown: these scans do not allow a verdict
  words: z.string(), // one or two sentences
});
export type Verdict = z.infer<typeof verdict>;
