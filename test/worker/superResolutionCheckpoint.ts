/** A checkpoint of a small super-resolution network, as a training leaves it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SrTraining } from '#contract/superResolution.ts';
import { srGan } from '#models/srGan.ts';
import { parseFactor } from '#shared/volume/factor.ts';
import { createRandom } from '#shared/random.ts';
import { writeCheckpoint } from '#worker/checkpoint.ts';
import { testEngine } from '../models/engine.ts';

export interface SmallCheckpoint {
  readonly dir: string;
  readonly id: string;
  readonly sha256: string;
}

const anyQuantile = { low: -1, median: 0, high: 1 };

/** Trained, it says, on scans of 1 mm of any contrast. */
export function trainedOnAnything(factor: string | number): SrTraining {
  return {
    factor: [...parseFactor(factor)],
    profile: 'gaussian',
    noise: 0,
    spacingMm: [1, 1],
    quantiles: { p5: anyQuantile, p25: anyQuantile, p50: anyQuantile, p75: anyQuantile, p95: anyQuantile },
    scans: 5,
    pairs: 'made',
  };
}

/**
 * An untrained network interpolates: its residual begins at zero. With `strength` its weights are random, so that its
 * answers are its own.
 */
export async function writeSmallCheckpoint(
  folder: string,
  {
    factor,
    strength = 0,
    trainedOn = trainedOnAnything(factor),
  }: { factor: string | number; strength?: number; trainedOn?: SrTraining },
): Promise<SmallCheckpoint> {
  const tf = await testEngine();
  const config = srGan.configSchema.parse({ factor, features: 8, blocks: 1 });
  const model = srGan.create({ config, seed: 1 });
  const random = createRandom(2);
  if (strength > 0) {
    for (const variable of Object.values(model.networks['average']?.weights ?? {})) {
      const values = random.normals(variable.shape.reduce((all, side) => all * side, 1));
      tf.tidy(() => {
        variable.assign(
          tf.tensor(
            values.map((value) => strength * value),
            variable.shape,
          ),
        );
      });
    }
  }
  const checkpointsDir = join(folder, 'checkpoints');
  mkdirSync(checkpointsDir, { recursive: true });
  const { id, sha256 } = await writeCheckpoint(model, {
    checkpointsDir,
    jobId: 'train-00000000',
    modelId: 'srgan',
    grid: 64,
    config,
    seed: 1,
    datasetFingerprint: 'abc',
    trainedOn,
    iteration: 10,
    elapsedSeconds: 1,
    dataPosition: 10,
    milestone: true,
    versions: { doppel: '0.0.0', node: '24', engine: 'test' },
  });
  model.dispose();
  return { dir: join(checkpointsDir, id), id, sha256 };
}
