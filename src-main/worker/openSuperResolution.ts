/** A super-resolution network with the weights of a checkpoint. */
import { AppError } from '#contract/errors.ts';
import type { SrTraining } from '#contract/superResolution.ts';
import type { SuperResolutionModel } from '#models/model.ts';
import { findModel } from '#models/registry.ts';
import { readCheckpointDescription, restoreCheckpoint, type CheckpointDescription } from './checkpoint.ts';

export interface OpenedModel {
  /** The caller disposes it. */
  readonly model: SuperResolutionModel;
  readonly checkpoint: CheckpointDescription;
  readonly trainedOn: SrTraining;
}

/** Checks the hash. Throws AppError: 'checkpoint-damaged', 'checkpoint-mismatch' (of another kind), 'not-found' (unknown model). */
export async function openSuperResolution(checkpointDir: string, expectedSha256: string): Promise<OpenedModel> {
  const found = await readCheckpointDescription(checkpointDir);
  if (found.sha256 !== expectedSha256) {
    throw new AppError(
      'checkpoint-damaged',
      `Checkpoint ${found.id} is not the one the project recorded. Run 'doppel project check'.`,
    );
  }
  const entry = findModel(found.modelId);
  if (entry.kind !== 'super-resolution') {
    throw new AppError(
      'checkpoint-mismatch',
      `Checkpoint ${found.id} is of ${entry.id}, which makes new scans. Scans are made finer with a checkpoint of a super-resolution model.`,
    );
  }
  const config = entry.configSchema.safeParse(found.config);
  if (!config.success || found.trainedOn === null) {
    const what = config.success ? 'what it was trained on' : 'a configuration that this version of Doppel knows';
    throw new AppError(
      'checkpoint-damaged',
      `The description of checkpoint ${found.id} lacks ${what}. Choose another checkpoint.`,
    );
  }
  const model = entry.create({ config: config.data, seed: found.seed });
  try {
    return { model, checkpoint: await restoreCheckpoint(model, checkpointDir, 'networks'), trainedOn: found.trainedOn };
  } catch (thrown) {
    model.dispose();
    throw thrown;
  }
}
