/** What worker processes of the latent explorer get, are asked and say. */
import { z } from 'zod';
import { latentEncodeRequest, latentFitRequest, latentPlace, latentWalkRequest } from './latent.ts';
import { affineMatrix, attributes, gridTransform, volumeRecord } from './records.ts';

export const latentRequests = [latentEncodeRequest, latentFitRequest, latentWalkRequest] as const;

const folder = z.string().min(1); // absolute
const checkpoint = { checkpointDir: folder, checkpointSha256: z.string() };
const encodingDir = folder; // of the job that made the codes

/** Where the scans of a walk lie, and what their -1, 1 and background stand for. */
const space = z.strictObject({
  affine: affineMatrix,
  intensity: gridTransform.shape.intensity.pick({ low: true, high: true, background: true }),
  suffix: z.string().min(1), // BIDS: what the scans are, 'T1w' …
});

/** `versions`: the schema of what a job is run by. */
export const latentTasks = <Versions extends z.ZodType>(versions: Versions) =>
  [
    z.strictObject({
      kind: z.literal('latent-encode'),
      request: latentEncodeRequest,
      jobDir: folder, // encoding.json, codes.npy and codes.csv go there
      ...checkpoint,
      dataset: z.strictObject({ name: z.string(), spacingMm: z.number().positive() }),
      volumes: z
        .array(volumeRecord.pick({ id: true, subject: true, session: true, split: true, path: true, attributes: true }))
        .min(1), // absolute paths
    }),
    z.strictObject({
      kind: z.literal('latent-fit'),
      request: latentFitRequest,
      jobDir: folder, // fit.json and direction.npy go there
      encodingDir,
      attributes: z.record(z.string(), attributes), // of each volume, by its id
    }),
    z.strictObject({
      kind: z.literal('latent-walk'),
      request: latentWalkRequest,
      ...checkpoint,
      encodingDir,
      fitDir: folder.nullable(), // of the job that fitted the direction; null: none
      space,
      markKey: z.string(), // of the project's mark in the voxels
      versions,
    }),
    z.strictObject({
      kind: z.literal('latent-session'),
      ...checkpoint,
      encodingDir,
      affines: z.record(z.string(), affineMatrix), // of each volume, by its id
      out: folder, // what is shown goes there
    }),
  ] as const;

/** A question to a session. */
export const latentAsk = z.strictObject({
  type: z.literal('latent-ask'),
  number: z.int().positive(), // of the question
  at: latentPlace,
  fitDir: folder.nullable(), // of the job that fitted the direction; null: none
});
export type LatentAsk = z.infer<typeof latentAsk>;

const shown = z.strictObject({
  type: z.literal('latent-shown'),
  number: z.int().positive(), // of the question
  volume: z.string(), // absolute, as is the next
  difference: z.string(),
  mostDifference: z.number().nonnegative(),
  score: z.number().nullable(),
  isBeyond: z.boolean(),
});
export type LatentShown = z.infer<typeof shown>;

export const latentMessages = [
  /** A session holds its network and can be asked. */
  z.strictObject({ type: z.literal('latent-opened'), latent: z.int().positive() }),
  shown,
] as const;
