/** A model that makes scans, with the networks of a checkpoint. */
import { AppError } from '#contract/errors.ts';
import type { GeneratorModel } from '#models/model.ts';
import { findModel } from '#models/registry.ts';
import { readCheckpointDescription, restoreCheckpoint, type CheckpointDescription } from './checkpoint.ts';

export interface OpenedGenerator {
  /** The caller disposes it. */
  readonly model: GeneratorModel;
  readonly checkpoint: CheckpointDescription;
}

/** Checks the hash. Throws AppError: 'checkpoint-damaged', 'checkpoint-mismatch' (of another kind), 'not-found' (unknown model). */
export async function openGenerator(checkpointDir: string, expectedSha256: string): Promise<OpenedGenerator> {
  const found = await readCheckpointDescription(checkpointDir);
  if (found.sha256 !== expectedSha256) {
    throw new AppError(
      'checkpoint-damaged',
      `Checkpoint ${found.id} is not the one the project recorded. Run 'doppel project check'.`,
    );
  }
  const entry = findModel(found.modelId);
  if (entry.kind !== 'generator') {
    throw new AppError(
      'checkpoint-mismatch',
      `Checkpoint ${found.id} is of ${entry.id}, which makes scans finer. New scans need a checkpoint of a model that makes scans.`,
    );
  }
  const config: unknown = entry.configSchema.parse(found.config);
  const classes = found.condition?.values.length ?? 0;
  const model = entry.create({ config, grid: found.grid, seed: found.seed, classes });
  try {
    return { model, checkpoint: await restoreCheckpoint(model, checkpointDir, 'networks') };
  } catch (thrown) {
    model.dispose();
    throw thrown;
  }
}
