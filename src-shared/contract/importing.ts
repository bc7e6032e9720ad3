/** What a look through a folder and an import of it are asked for. */
import { z } from 'zod';
import { preprocessRequest } from './preprocess.ts';
import { reading } from './records.ts';

const seed = z.int().nonnegative();
const folder = z.string().min(1);

/** A look through a folder before an import. */
export const scanRequest = z.strictObject({
  kind: z.literal('scan'),
  folder, // absolute
  seed, // nothing is random here: 0
  ...reading,
});

export const importRequest = z.strictObject({
  kind: z.literal('import'),
  folder, // absolute
  name: z.string().min(1).max(100),
  grid: z.int().min(8).max(512),
  spacingMm: z.union([z.literal('auto'), z.number().positive().max(50)]),
  holdout: z.number().min(0).max(0.9),
  seed,
  derivative: z.string().min(1).nullable(), // the folder under derivatives/ that holds label maps
  pairs: z.strictObject({ folder, factor: z.string() }).optional(), // real low-resolution scans of the same subjects
  scans: z.array(z.string().min(1)).min(1).optional(), // these alone, by the paths that a look gives them; absent: all that fit
  preprocess: preprocessRequest.optional(), // not given: all that stands out from the air, between its percentiles
  keyFile: z.string().min(1).optional(), // absolute, outside the project: subjects' pseudonyms and names are written there
  ...reading,
});
export type ImportRequest = z.infer<typeof importRequest>;

/** In the folder of an import's job: what it has done so far, lines of JSON of which this is the first. */
export const importJournal = 'import.jsonl';
export const importJournalHead = z.strictObject({
  type: z.literal('begun'),
  version: z.literal(1),
  ids: z.array(z.uuid()), // of the volumes, one a candidate: what its files in volumes/ are called
});
