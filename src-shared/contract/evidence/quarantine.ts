/** Suspected copies of training scans: held back from whatever hands synthetic scans out, until a person releases them. */
import { z } from 'zod';
import { command } from '../command.ts';

const project = z.string().min(1);

/** Inside the folder of a synthesis: scans that were suspected as they were made. */
export const quarantineFolder = 'quarantine';
export const isSetAside = (path: string): boolean => path.split(/[\\/]/).includes(quarantineFolder);

/** A synthetic scan that is nearer to a training scan than scans of different people are. */
export const suspectedCopy = z.strictObject({
  sha256: z.string(), // of its file, by which it is known wherever it lies
  name: z.string(), // its path inside the folder of synthetic scans
  nearest: z.string(), // the training scan
  similarity: z.number(), // see `privacyResult`
  limit: z.number(), // above which copies are suspected
});
export type SuspectedCopy = z.infer<typeof suspectedCopy>;

/** Who let it go, when and why. */
const copyRelease = z.strictObject({
  at: z.string(), // ISO 8601, UTC
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(2000),
});

export const heldCopy = suspectedCopy.extend({
  id: z.string(),
  jobId: z.string(), // the synthesis or evidence that found it
  foundAt: z.string(),
  release: copyRelease.nullable(), // null: held back
});
export type HeldCopy = z.infer<typeof heldCopy>;

/** With what there is to look at; null: not in this project. */
export interface ShownCopy extends HeldCopy {
  /** Id of the artifact that is the scan. */
  readonly artifactId: string | null;
  /** Id of the dataset's volume that it is most like. */
  readonly volumeId: string | null;
}

export const quarantineCommands = {
  /** All that were ever suspected, the newest first; released ones say so. */
  'evidence.suspects': command(z.strictObject({ project })).returns<readonly ShownCopy[]>(),
  /** Lets a suspected copy go, with a name and a reason that stay on record; `wrong-state` where that was done already. */
  'evidence.release': command(
    z.strictObject({ project, id: z.string(), by: copyRelease.shape.by, reason: copyRelease.shape.reason }),
  ).returns<HeldCopy>(),
} as const;
