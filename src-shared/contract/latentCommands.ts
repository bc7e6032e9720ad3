/** Requests of the latent explorer. */
import { z } from 'zod';
import { command } from './command.ts';
import type { Job } from './jobs.ts';
import {
  latentEncodeRequest,
  latentFitRequest,
  latentPlace,
  latentWalkRequest,
  type LatentColumn,
  type LatentEncoding,
  type LatentFit,
} from './latent.ts';

const inProject = { project: z.string().min(1) };

/** Codes of a dataset, and what was fitted on them, the newest first. */
export interface EncodingDetail {
  readonly job: string;
  readonly encoding: LatentEncoding;
  readonly columns: readonly LatentColumn[];
  readonly fits: readonly { readonly job: string; readonly fit: LatentFit }[];
}

/** A process that holds the network; it ends by itself when nobody has asked for a while. */
export interface LatentSession {
  readonly session: string;
  readonly encoding: string; // the job that made the codes
  readonly latent: number;
}

/** A decoded scan on the grid, and what it is compared with. Files, for `volume://<projectId>/latent/<id>`, in [-1, 1]. */
export interface LatentView {
  readonly volume: string;
  /** `volume` less the scan at the start of the walk (0 standard deviations, share 0), in [-2, 2]. */
  readonly difference: string;
  /** Largest absolute difference. */
  readonly mostDifference: number;
  /** Along a direction: what the regression makes of the code, in the column's unit or as log-odds; null else. */
  readonly score: number | null;
  /** Whether the score is outside of what any scan has: the network was never asked for such a scan. */
  readonly isBeyond: boolean;
  /** From the request to the files. */
  readonly seconds: number;
}

export const latentCommands = {
  /** Finds the codes of all scans of a dataset. */
  'latent.encode': command(
    latentEncodeRequest.pick({ steps: true, seed: true }).extend({
      ...inProject,
      checkpoint: z.string().nullable(), // null: the newest that makes scans
      dataset: z.string().nullable(), // its name; null: the one the network was trained on
    }),
  ).returns<Job>(),
  /** Fits a column to codes; `usage` says what a column lacks. */
  'latent.fit': command(
    latentFitRequest.pick({ column: true, positive: true, permutations: true, seed: true }).extend({
      ...inProject,
      encoding: z.string().nullable(), // a job: one that encoded, or a training, whose newest codes are meant; null: the newest codes
    }),
  ).returns<Job>(),
  /** All codes of the project with their fits, the newest first. */
  'latent.list': command(z.strictObject({ ...inProject })).returns<readonly EncodingDetail[]>(),
  /** Writes a walk as NIfTI scans and a film. */
  'latent.walk': command(
    latentWalkRequest.pick({ path: true, count: true }).extend({
      ...inProject,
      out: latentWalkRequest.shape.out.nullable(), // null: walks/<job> inside the project
    }),
  ).returns<Job>(),
  /** Starts a process that holds the network of these codes; one at a time: an earlier one is ended. */
  'latent.open': command(z.strictObject({ ...inProject, encoding: z.string() })).returns<LatentSession>(),
  /**
   * The scan at a place, in the order of the questions: ask for the next one when the last one has come. The files of the
   * last two answers stay until the session ends. `wrong-state` when the session is over: open another.
   */
  'latent.show': command(z.strictObject({ session: z.string(), at: latentPlace })).returns<LatentView>(),
  /** Ends a session and removes its files; nothing happens when it is over. */
  'latent.close': command(z.strictObject({ session: z.string() })).returns<null>(),
} as const;
