/** What an evidence report is asked for. */
import { z } from 'zod';

const folder = z.string().min(1);

export const evidenceSection = z.enum(['likeness', 'anatomy', 'privacy']);
export type EvidenceSection = z.infer<typeof evidenceSection>;

export const smallestEvidenceGrid = 16;

export const evidenceRequest = z.strictObject({
  kind: z.literal('evidence'),
  real: z.union([
    z.strictObject({ folder }), // absolute
    z.strictObject({ datasetId: z.string() }), // its held-out scans; where there are none, its training scans
  ]),
  synthetic: folder, // absolute
  training: folder.nullable(), // absolute; null: the training scans of the dataset, or none
  grid: z.int().min(smallestEvidenceGrid).max(256).nullable(), // null: the grid that the scans are on, or the dataset's, or 64
  sections: z.array(evidenceSection).min(1),
  out: folder.nullable(), // absolute; the report goes there too
  seed: z.int().nonnegative(),
});
export type EvidenceRequest = z.infer<typeof evidenceRequest>;
