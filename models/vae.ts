/**
 * Variational autoencoder of brain volumes (Kingma & Welling 2014, arXiv 1312.6114): a code is a Gaussian, pulled towards
 * the standard normal one that new scans are drawn from.
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
import { drawLatents, latentsOfSeeds, renderEach } from './inference/latents.ts';
import { gaussianDivergence } from './losses/gaussianDivergence.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { averageDecay, batch, poolingGrids, rate, widths } from './poolingConfig.ts';
import { createPoolingNetwork, createUpsamplingNetwork } from './poolingNetworks.ts';
import { averageWarmUp, createAdam, moveToward } from './training/adam.ts';
import { readScalars, withoutPrefix, withPrefix } from './training/gradients.ts';
import { createRows } from './training/means.ts';
import { createMemoryPlan } from './training/memoryPlan.ts';
import { batchGradients, rowsOf } from './training/pieces.ts';

/** Published: 0.8 beside the squared error of raw intensities, here of a range of 2 in place of about 2000. */
const publishedDivergence = 8e-7;

export const vaeConfig = z.strictObject({
  latent: z.int().min(2).max(4096).default(64).describe('Numbers in a latent code'),
  width: widths(256),
  batch: batch(3),
  rate: rate(2e-3),
  divergence: z
    .number()
    .min(0)
    .max(10)
    .default(publishedDivergence)
    .describe(
      'Weight of the divergence from the standard normal beside the mean squared error: more makes new scans likelier and reconstructions blurrier',
    ),
  averageDecay,
});
export type VaeConfig = z.output<typeof vaeConfig>;

export const vae: GeneratorEntry<typeof vaeConfig> = {
  kind: 'generator',
  id: 'vae',
  title: 'VAE',
  purpose:
    'Learns a short code of a scan, the way back, and codes that lie near a known distribution. Steady to train; new scans are blurred.',
  citation:
    'After Barahlush/brainMRIGenerativeModels (2021), with Kingma DP, Welling M. Auto-encoding variational Bayes. ICLR 2014, arXiv 1312.6114.',
  differences: [
    'The encoder gives the logarithm of the variance (published: a deviation that may be negative).',
    'Scans are in [-1, 1]; published: raw intensities. The weight of the divergence is scaled to match.',
    'New codes come from the Gaussian with the mean and covariance of the codes drawn in training (published: the standard normal one, which they do not fill at so small a weight).',
    'Reconstruction and synthesis use an exponential moving average of the weights.',
    'Volumes are cubes of any side from 16; published: 29 × 35 × 29.',
  ],
  grids: poolingGrids,
  presets: [
    {
      id: 'look',
      title: 'First look',
      config: { latent: 16, width: 16, batch: 4, rate: 4e-3, divergence: 1e-4, averageDecay: 0.98 },
    },
    { id: 'published', title: 'As published', config: {} },
    { id: 'light', title: 'A quarter of the maps', config: { width: 64, batch: 8 } },
  ],
  defaultPreset: 'published',
  configSchema: vaeConfig,
  batchSize: (config) => config.batch,
  create: (request) => createVae(request),
};

const stages = 3;

function createVae({ config, grid, seed, memory = createMemoryPlan() }: CreateGenerator<VaeConfig>): GeneratorModel {
  registerVolumeGradients();
  const origin = createRandom(seed);
  const weightsOrigin = origin.fork('weights');
  const { width, latent } = config;
  const common = { width, slope: 0, initialisation: 'default' } as const;
  const down = createPoolingNetwork(
    {
      ...common,
      pooled: [false, true, true, true, false],
      last: { maps: width, isActivated: false },
      heads: { mean: latent, logVariance: latent },
    },
    weightsOrigin.fork('encoder'),
  );
  const up = createUpsamplingNetwork(
    { ...common, grid, latent, stages, finalBlocks: 2 },
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
      const noise = drawLatents(random, real.shape[0], latent);
      const leaves = { ...withPrefix('encoder', encoder.weights), ...withPrefix('decoder', decoder.weights) };
      const statistics = { encoder: runningStatistics(encoder), decoder: runningStatistics(decoder) };
      const batch = { memory, count: real.shape[0], observers: [...Object.values(statistics), seen] };
      const { gradients, terms } = batchGradients(batch, leaves, (piece) => {
        const scans = rowsOf(real, piece);
        const pooled = down.pool(encoder.weights, scans, statistics.encoder);
        const mean = down.head(encoder.weights, pooled, 'mean');
        const logVariance = down.head(encoder.weights, pooled, 'logVariance');
        const code = tf.add<tf.Tensor2D>(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), rowsOf(noise, piece)));
        seen.note(code);
        const error = tf.sub(up.render(decoder.weights, code, statistics.decoder), scans);
        const losses = {
          'reconstruction.mse': tf.mean<tf.Scalar>(tf.square(error)),
          'code.divergence': tf.mul<tf.Scalar>(gaussianDivergence(mean, logVariance), config.divergence),
        };
        return { total: tf.add(losses['reconstruction.mse'], losses['code.divergence']), terms: losses };
      });
      noise.dispose();
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
    encode: (volumes) =>
      tf.tidy(() => {
        const { weights } = averages.encoder;
        return down.head(weights, down.pool(weights, volumes, inferenceOptions(encoder)), 'mean');
      }),

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
