/** What the backend tells whoever listens, while it works. */
import { z } from 'zod';
import { healthNotice } from './health.ts';
import { job, metricRow } from './jobs.ts';
import { artifactRecord, checkpointRecord, fileOutcome, jobProgress, scanCandidate } from './records.ts';

export const backendEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('job.changed'), project: z.string(), job }),
  z.strictObject({ type: z.literal('job.measured'), project: z.string(), jobId: z.string(), rows: z.array(metricRow) }),
  /** Something of a job that its user should know, a sentence. */
  z.strictObject({ type: z.literal('job.noticed'), project: z.string(), jobId: z.string(), text: z.string() }),
  /** A measure of a training stands otherwise than before. */
  z.strictObject({ type: z.literal('health.changed'), project: z.string(), jobId: z.string(), notice: healthNotice }),
  z.strictObject({ type: z.literal('file.handled'), project: z.string(), jobId: z.string(), outcome: fileOutcome }),
  z.strictObject({
    type: z.literal('scan.found'),
    project: z.string(),
    jobId: z.string(),
    candidate: scanCandidate,
  }),
  /** How far the planning of a training is, in dry runs. */
  z.strictObject({ type: z.literal('plan.progressed'), project: z.string(), progress: jobProgress }),
  z.strictObject({ type: z.literal('checkpoint.written'), project: z.string(), checkpoint: checkpointRecord }),
  z.strictObject({ type: z.literal('artifact.written'), project: z.string(), artifact: artifactRecord }),
]);
export type BackendEvent = z.infer<typeof backendEvent>;
