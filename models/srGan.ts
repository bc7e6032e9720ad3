/**
 * Super-resolution of brain scans in three dimensions: a residual network that refines patches, trained for fidelity
 * (mean error and its gradients) and, where asked, against a discriminator that looks for sharpness.
 *
 * Sánchez & Vilaplana 2018 (MIDL, arXiv 1812.11440), after Ledig et al. 2017 (SRGAN, arXiv 1609.04802); adversarial loss:
 * least squares (Mao et al. 2017, arXiv 1611.04076) with soft labels. Networks: `srGanNetworks.ts`.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, restoreRandom } from '#shared/random.ts';
import { parseFactor, sliceProfiles } from '#shared/volume/factor.ts';
import { runningStatistics } from './blocks/normalisation.ts';
import { copyNetwork, prepareWeights } from './blocks/weights.ts';
import { gradientDifference } from './losses/gradientDifference.ts';
import { drawLabels, squaredDistance, type SoftLabels } from './losses/leastSquares.ts';
import type {
  CreateSuperResolution,
  NamedTensors,
  PatchPair,
  SuperResolutionEntry,
  SuperResolutionModel,
} from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { createSrGanDiscriminator, createSrGanGenerator } from './srGanNetworks.ts';
import { averageWarmUp, createAdam, moveToward } from './training/adam.ts';
import { unrecorded } from './training/differentiate.ts';
import { addGradients, lossGradients, readScalars } from './training/gradients.ts';

const oneOf = <const Values extends readonly [number, ...number[]]>(values: Values) =>
  z.union(values.map((value) => z.literal(value)) as { [K in keyof Values]: z.ZodLiteral<Values[K]> });

export const srGanConfig = z.strictObject({
  factor: z
    .union([z.literal(2), z.literal(4), z.literal('1x1x2'), z.literal('1x1x4'), z.literal('2x2x1'), z.literal('1x2x2')])
    .default(2)
    .describe('Fine voxels in a coarse one: along every axis, or along right, anterior and superior'),
  features: oneOf([8, 16, 24, 32, 48, 64]).default(32).describe('Feature maps of the residual blocks'),
  blocks: z.int().min(1).max(16).default(6).describe('Residual blocks'),
  upsampler: z
    .enum(['resize', 'subpixel', 'subpixel-nearest'])
    .default('resize')
    .describe('How the grid is refined; resize leaves no checkerboard'),
  normalisation: z.enum(['none', 'batch']).default('none').describe('Of the residual blocks'),
  skip: z.boolean().default(true).describe('Add the interpolated input, so that only what it lacks is learned'),
  patch: z.int().min(16).max(128).multipleOf(8).default(32).describe('Fine voxels a side of a patch'),
  batch: z.int().min(1).max(64).default(4).describe('Patches an update sees'),
  rate: z.number().positive().max(0.1).default(1e-3).describe('Learning rate'),
  halfRateAfter: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe('Iterations after which the learning rate is half (inverse-time decay); 0: constant'),
  pixelLoss: z.enum(['l1', 'mse']).default('l1').describe('Mean absolute or mean squared error'),
  gradientDifference: z.number().min(0).max(1000).default(0).describe('Weight of the gradient difference loss'),
  adversarial: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Weight of the discriminator: 0 for fidelity alone, more for sharpness'),
  averageDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.998)
    .describe('Decay of the moving average of the generator that refines scans'),
  profile: z.enum(sliceProfiles).default('gaussian').describe('What a coarse voxel sees of the fine ones'),
  noise: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Each coarse patch has noise of up to this standard deviation, as a fraction of the intensity range'),
  augment: z.boolean().default(true).describe('Mirror, turn and change the contrast of patches'),
});
export type SrGanConfig = z.output<typeof srGanConfig>;

export const srGan: SuperResolutionEntry<typeof srGanConfig> = {
  kind: 'super-resolution',
  id: 'srgan',
  title: 'SRGAN 3-D',
  purpose:
    'Makes a scan of large voxels or thick slices finer. It learns from high-resolution scans alone: it is shown what a scanner with larger voxels would have seen of them.',
  citation:
    'Sánchez I, Vilaplana V. Brain MRI super-resolution using 3D generative adversarial networks. MIDL 2018, arXiv 1812.11440.',
  differences: [
    'By default the interpolated input is added to the result, there is no batch normalisation, and no discriminator.',
    'Losses are averaged over voxels (published: summed, beside which the adversarial term counts for nothing).',
    'Soft labels are drawn anew at each step: synthetic from 0 to 0.3, real from 0.7 to 1.2, swapped in one step of ten (in the released code synthetic scans get the labels of real ones).',
    'The discriminator averages over the patch in place of a layer of 100 million weights, and takes patches of any size.',
    'Patches are drawn at random inside the brain, and made coarse by a stated scanner model, the same at training and at test.',
    'Slices alone can be refined.',
    'A moving average of the generator refines scans, but in the published preset.',
  ],
  presets: [
    { id: 'fidelity', title: 'Fidelity', config: {} },
    { id: 'sharp', title: 'Sharp', config: { gradientDifference: 1, adversarial: 1e-3 } },
    {
      id: 'published',
      title: 'MIDL 2018',
      config: {
        normalisation: 'batch',
        skip: false,
        patch: 64,
        batch: 2,
        rate: 1e-4,
        halfRateAfter: 9840, // 1 / (1 + 0.5 · t / 4920)
        pixelLoss: 'mse',
        gradientDifference: 1,
        adversarial: 1e-3,
        averageDecay: 0,
        augment: false,
      },
    },
  ],
  defaultPreset: 'fidelity',
  configSchema: srGanConfig,
  patches: (config) => ({
    factor: parseFactor(config.factor),
    side: config.patch,
    count: config.batch,
    profile: config.profile,
    noise: config.noise,
    isAugmented: config.augment,
  }),
  create: (request) => createSrGan(request),
};

function createSrGan({ config, seed }: CreateSuperResolution<SrGanConfig>): SuperResolutionModel {
  registerVolumeGradients();
  const origin = createRandom(seed);
  const weightsOrigin = origin.fork('weights');
  const [x, y, w] = parseFactor(config.factor);
  const isBatchNormalised = config.normalisation === 'batch';
  const { features, blocks, upsampler, skip: hasSkip } = config;
  const generator = createSrGanGenerator(
    { factors: [w, y, x], features, blocks, upsampler, isBatchNormalised, hasSkip },
    weightsOrigin.fork('generator'),
  );
  const adversary = config.adversarial > 0 ? createSrGanDiscriminator(weightsOrigin.fork('discriminator')) : null;
  const average = copyNetwork(generator.network);
  const adam = { rate: config.rate, beta1: 0.9, beta2: 0.999 };
  const optimizer = createAdam(generator.network.weights, adam);
  const adversaryOptimizer = adversary === null ? null : createAdam(adversary.network.weights, adam);
  let random = origin.fork('training');

  const rateFactor = (): number =>
    config.halfRateAfter === 0 ? 1 : 1 / (1 + optimizer.stepCount / config.halfRateAfter);
  const { onStatistics, settle } = runningStatistics(generator.network);
  /** Both updates share a pass of the generator, which moves the running statistics as the two it stands for. */
  const passes = adversary === null ? 1 : 2;
  const statistics = {
    onStatistics(...batch: Parameters<typeof onStatistics>) {
      for (let pass = 0; pass < passes; pass++) {
        onStatistics(...batch);
        settle();
      }
    },
  };

  /** The refined patches as the loss sees them: not cut to [-1, 1], which would stop the gradient. */
  const refine = (leaves: NamedTensors, low: tf.Tensor5D, skip: tf.Tensor5D | null): tf.Tensor5D => {
    const added = generator.tail(leaves, generator.trunk(leaves, low, statistics));
    return skip === null ? added : tf.add(added, skip);
  };

  const updateDiscriminator = (high: tf.Tensor5D, fake: tf.Tensor5D, labels: SoftLabels): NamedTensors => {
    if (adversary === null || adversaryOptimizer === null) return {};
    const { network, discriminate } = adversary;
    const judge = (image: tf.Tensor5D, target: readonly number[]): ReturnType<typeof lossGradients> =>
      lossGradients(network.weights, () => {
        const total = squaredDistance(discriminate(network.weights, image), target);
        return { total, terms: { loss: total } };
      });
    const onReal = judge(high, labels.real);
    const onFake = judge(fake, labels.fake);
    adversaryOptimizer.apply(addGradients(onReal.gradients, onFake.gradients), rateFactor());
    return {
      'discriminator.real': onReal.terms['loss'] as tf.Tensor,
      'discriminator.synthetic': onFake.terms['loss'] as tf.Tensor,
    };
  };

  /** The discriminator's update in the midst of the generator's, whose weights are the same: one pass serves both. */
  const updateBoth = (pair: PatchPair, skip: tf.Tensor5D | null, labels: SoftLabels | null): NamedTensors => {
    const prepared = prepareWeights(generator.network, 'store');
    let judged: NamedTensors = {};
    const { gradients, terms } = lossGradients(prepared.leaves, () => {
      const refined = refine(prepared.leaves, pair.low, skip);
      if (labels !== null) judged = unrecorded(() => updateDiscriminator(pair.high, refined, labels));
      const error = tf.sub(refined, pair.high);
      const losses: Record<string, tf.Tensor> = {
        'generator.pixel': tf.mean(config.pixelLoss === 'l1' ? tf.abs(error) : tf.square(error)),
      };
      if (config.gradientDifference > 0) {
        losses['generator.gdl'] = tf.mul(gradientDifference(refined, pair.high), config.gradientDifference);
      }
      if (adversary !== null && labels !== null) {
        const score = adversary.discriminate(adversary.network.weights, refined);
        losses['generator.adversarial'] = tf.mul(squaredDistance(score, labels.generator), config.adversarial);
      }
      return { total: tf.addN(Object.values(losses)) as tf.Scalar, terms: losses };
    });
    const factor = rateFactor();
    optimizer.apply(prepared.pullBack(gradients), factor);
    prepared.dispose();
    const decay = Math.min(config.averageDecay, averageWarmUp(optimizer.stepCount));
    moveToward(average.weights, generator.network.weights, 1 - decay);
    return { ...terms, ...judged };
  };

  /** A pass with the averaged weights and, where there are any, running statistics. */
  const withAverage = (use: (leaves: NamedTensors) => tf.Tensor5D): tf.Tensor5D => {
    const prepared = prepareWeights(average, 'discard');
    const result = tf.tidy(() => use(prepared.leaves));
    prepared.dispose();
    return result;
  };
  const trunk = (leaves: NamedTensors, low: tf.Tensor5D): tf.Tensor5D =>
    generator.trunk(leaves, low, isBatchNormalised ? { running: generator.network.buffers } : {});
  const tail = (leaves: NamedTensors, inner: tf.Tensor5D, low: tf.Tensor5D): tf.Tensor5D => {
    const added = generator.tail(leaves, inner);
    const skip = generator.skip(low);
    return tf.clipByValue(skip === null ? added : tf.add(added, skip), -1, 1);
  };

  return {
    networks: {
      generator: generator.network,
      average,
      ...(adversary === null ? {} : { discriminator: adversary.network }),
    },
    optimizers: {
      generator: optimizer,
      ...(adversaryOptimizer === null ? {} : { discriminator: adversaryOptimizer }),
    },

    async step(pair) {
      const labels = adversary === null ? null : drawLabels(random, pair.low.shape[0]);
      const skip = generator.skip(pair.low);
      const terms = updateBoth(pair, skip, labels);
      skip?.dispose();
      return readScalars(terms);
    },

    upscale: (low) => withAverage((leaves) => tail(leaves, trunk(leaves, low), low)),
    trunk: (low) => withAverage((leaves) => trunk(leaves, low)),
    tail: (inner, low) => withAverage((leaves) => tail(leaves, inner, low)),
    reach: generator.reach,

    randomState: () => random.state(),
    restoreRandom(state) {
      random = restoreRandom(state);
    },
    dispose() {
      tf.dispose([generator.network.weights, generator.network.buffers, average.weights]);
      optimizer.dispose();
      if (adversary !== null) tf.dispose(adversary.network.weights);
      adversaryOptimizer?.dispose();
    },
  };
}
