/** What the worker of an evidence report is handed: a task like those of `jobs.ts`. */
import { z } from 'zod';
import { volumeRecord } from '../records.ts';
import { evidenceRequest } from './request.ts';

const folder = z.string().min(1);

export const evidenceTask = z.strictObject({
  kind: z.literal('evidence'),
  request: evidenceRequest,
  jobDir: folder,
  reportsDir: folder, // of the project; JOB.json and JOB.html go there
  jobId: z.string(),
  /** Where the real scans are a dataset's: those that were not removed. Absolute paths. */
  dataset: z
    .strictObject({
      name: z.string(),
      grid: z.int().positive(),
      spacingMm: z.number().positive(),
      volumes: z.array(
        volumeRecord.pick({ subject: true, session: true, split: true, path: true, sha256: true, labelPath: true }),
      ),
    })
    .nullable(),
});
