/** What de-identification left out of an import, told without a single value. */
import { z } from 'zod';

/** Stands in a stored request for a folder or file of the user's, which is not written down. */
export const notKept = '(not kept)';
export const isNotKept = (path: string): boolean => path.startsWith(notKept);

/** Why a column of the participants' table is left out. */
export const columnFaults = ['identifier', 'date', 'text', 'many-values', 'name'] as const;
export type ColumnFault = (typeof columnFaults)[number];

export const privacyReport = z.strictObject({
  /** Codes of DICOM PS3.16, CID 7050. */
  methods: z.array(z.strictObject({ code: z.string(), meaning: z.string() })),
  subjects: z.strictObject({
    kept: z.int().nonnegative(), // called by a running number already
    pseudonyms: z.int().nonnegative(),
  }),
  columns: z.strictObject({
    kept: z.array(z.string()),
    left: z.array(z.strictObject({ column: z.string(), why: z.enum(columnFaults) })),
  }),
  /** Of PS3.15, table E.1-1, what the headers held. */
  elements: z.array(z.strictObject({ tag: z.string(), keyword: z.string(), files: z.int().positive() })),
  otherElements: z.int().nonnegative(), // public ones that were not read into the project, over all files
  privateElements: z.int().nonnegative(),
  headers: z.int().nonnegative(), // files of other formats, whose text and extensions were not read
  keyFile: z.boolean(), // one was asked for and written
});
export type PrivacyReport = z.infer<typeof privacyReport>;
