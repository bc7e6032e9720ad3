/** An evidence report: do synthetic scans look like the population, are they varied, are they copies, do they help? */
import { z } from 'zod';
import { anatomyResult } from './anatomy.ts';
import { scanRole, verdict } from './figure.ts';
import { likenessResult } from './likeness.ts';
import { privacyResult } from './privacy.ts';
import { evidenceSection } from './request.ts';

const finite = z.number();

const scanSet = z.strictObject({
  n: z.int().nonnegative(), // scans that could be used
  split: z.enum(['heldout', 'train', 'folder']), // of the dataset; or a folder of the user's
  words: z.string(), // whose scans they are
});

/** One scan that was measured. Real ones of folders have pseudonyms unless they are called by running numbers. */
const evidenceScan = z.strictObject({
  id: z.string(), // unique within its role; of synthetic scans the path inside their folder
  role: scanRole,
  sha256: z.string(), // of its file
  warnings: z.array(z.string()),
});

/** One file that was not measured, and why. */
const excludedScan = z.strictObject({ role: scanRole, file: z.string(), code: z.string(), reason: z.string() });

export const evidenceReport = z.strictObject({
  format: z.literal(1),
  createdAt: z.string(),
  doppel: z.string(),
  engine: z.string(),
  device: z.string(),
  seed: z.int().nonnegative(),
  grid: z.strictObject({ side: z.int().positive(), spacingMm: finite.positive() }),
  preparation: z.enum(['as-stored', 'imported']), // as-stored: every scan lay on one Doppel grid already
  sets: z.strictObject({ real: scanSet, synthetic: scanSet, training: scanSet.nullable() }),
  scans: z.array(evidenceScan),
  excluded: z.array(excludedScan),
  warnings: z.array(z.string()),
  verdicts: z.array(verdict.extend({ section: evidenceSection })),
  sections: z.strictObject({
    likeness: likenessResult.optional(),
    anatomy: anatomyResult.optional(),
    privacy: privacyResult.optional(),
  }),
});
export type EvidenceReport = z.infer<typeof evidenceReport>;
export type EvidenceScanRecord = z.infer<typeof evidenceScan>;
export type ExcludedScan = z.infer<typeof excludedScan>;
