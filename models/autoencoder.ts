/**
 * Convolutional autoencoder of brain volumes: pooled down to a code, upsampled back, trained on the squared error alone.
 *
 * Section A4 of the specification, after the repository Barahlush/brainMRIGenerativeModels. Networks:
 * `poolingNetworks.ts`.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, restoreRandom } from '#shared/random.ts';
import { createCodeGaussian } from './blocks/codeGaussian.ts';
import { inferenceOptions, runningStatistics } from './blocks/normalisation.ts';
import { copyNetwork } from './blocks/weights.ts';
import { latentsOfSeeds, renderEach } from './inference/latents.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { averageDecay, batch, poolingGrids, rate, widths } from './poolingConfig.ts';
import { createPoolingNetwork, createUpsamplingNetwork } from './poolingNetworks.ts';
import { averageWarmUp, createAdam, moveToward } from './training/adam.ts';
import { readScalars, withoutPrefix, withPrefix } from './training/gradients.ts';
import { createRows } from './training/means.ts';
import { createMemoryPlan } from './training/memoryPlan.ts';
import { batchGradients, rowsOf } from './training/pieces.ts';

export const autoencoderConfig = z.strictObject({
  latent: z.int().min(2).max(4096).default(256).describe('Numbers in a latent code'),
  width: widths(64),
  batch: batch(16),
  rate: rate(2e-3),
  averageDecay,
});
export type AutoencoderConfig = z.output<typeof autoencoderConfig>;

export const autoencoder: GeneratorEntry<typeof autoencoderConfig> = {
  kind: 'generator',
  id: 'autoencoder',
  title: 'Autoencoder',
  purpose:
    'Learns a short code of a scan and the way back. For comparing, moving and mixing scans by their codes; new scans are drawn from the distribution of the codes and are blurred.',
  citation: 'After Barahlush/brainMRIGenerativeModels (2021): the autoencoder of its HCP Young Adult experiments.',
  differences: [
    'Scans are in [-1, 1]; published: raw intensities, so that losses are smaller by the square of the range.',
    'New scans come from a Gaussian with the mean and covariance of the codes seen lately in training (published: no sampling).',
    'Reconstruction and synthesis use an exponential moving average of the weights.',
    'Volumes are cubes of any side from 16; published: 58 × 70 × 58.',
  ],
  grids: poolingGrids,
  presets: [
    { id: 'look', title: 'First look', config: { latent: 32, width: 16, batch: 4, rate: 4e-3, averageDecay: 0.98 } },
    { id: 'published', title: 'As published', config: {} },
  ],
  defaultPreset: 'published',
  configSchema: autoencoderConfig,
  batchSize: (config) => config.batch,
  create: (request) => createAutoencoder(request),
};

const stages = 4;

function createAutoencoder({
  config,
  grid,
  seed,
  memory = createMemoryPlan(),
}: CreateGenerator<AutoencoderConfig>): GeneratorModel {
  registerVolumeGradients();
  const origin = createRandom(seed);
  const weightsOrigin = origin.fork('weights');
  const { width, latent } = config;
  const common = { width, slope: 0, initialisation: 'default' } as const;
  const down = createPoolingNetwork(
    { ...common, pooled: [true, true, true, true, false], last: { maps: latent, isActivated: false }, heads: {} },
    weightsOrigin.fork('encoder'),
  );
  const up = createUpsamplingNetwork(
    { ...common, grid, latent, stages, finalBlocks: 1 },
    weightsOrigin.fork('decoder'),
  );
  const [encoder, decoder] = [down.network, up.network];
  const averages = { encoder: copyNetwork(encoder), decoder: copyNetwork(decoder) };
  const codes = createCodeGaussian(latent);
  const adam = { rate: config.rate, beta1: 0.9, beta2: 0.999 };
  const optimizers = { encoder: createAdam(encoder.weights, adam), generator: createAdam(decoder.weights, adam) };
  let random = origin.fork('training');

  const seen = createRows((batchCodes) => {
    codes.observe(batchCodes as tf.Tensor2D, optimizers.encoder.stepCount + 1);
  });

  const generateFrom = (given: tf.Tensor2D): tf.Tensor5D =>
    renderEach(given, (code) =>
      tf.clipByValue(up.render(averages.decoder.weights, code, inferenceOptions(decoder)), -1, 1),
    );

  return {
    networks: {
      encoder,
      generator: decoder,
      averageEncoder: averages.encoder,
      average: averages.decoder,
      codes: codes.network,
    },
    optimizers,

    async step(real) {
      const leaves = { ...withPrefix('encoder', encoder.weights), ...withPrefix('decoder', decoder.weights) };
      const statistics = { encoder: runningStatistics(encoder), decoder: runningStatistics(decoder) };
      const batch = { memory, count: real.shape[0], observers: [...Object.values(statistics), seen] };
      const { gradients, terms } = batchGradients(batch, leaves, (piece) => {
        const scans = rowsOf(real, piece);
        const code = down.pool(encoder.weights, scans, statistics.encoder);
        seen.note(code);
        const error = tf.sub(up.render(decoder.weights, code, statistics.decoder), scans);
        const total: tf.Scalar = tf.mean(tf.square(error));
        return { total, terms: { 'reconstruction.mse': total } };
      });
      optimizers.encoder.apply(withoutPrefix('encoder', gradients));
      optimizers.generator.apply(withoutPrefix('decoder', gradients));
      const amount = 1 - Math.min(config.averageDecay, averageWarmUp(optimizers.encoder.stepCount));
      moveToward(averages.encoder.weights, encoder.weights, amount);
      moveToward(averages.decoder.weights, decoder.weights, amount);
      return readScalars(terms);
    },

    latentLength: latent,
    generateFrom,
    generate: (request) => tf.tidy(() => generateFrom(codes.transform(latentsOfSeeds(request, latent)))),
    encode: (volumes) => tf.tidy(() => down.pool(averages.encoder.weights, volumes, inferenceOptions(encoder))),

    randomState: () => random.state(),
    restoreRandom(state) {
      random = restoreRandom(state);
    },
    dispose() {
      for (const { weights, buffers } of [encoder, decoder, codes.network]) tf.dispose([weights, buffers]);
      tf.dispose([averages.encoder.weights, averages.decoder.weights]);
      for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    },
  };
}
