/**
 * A 3-D GAN in the manner of DCGAN (Radford, Metz & Chintala 2016, arXiv 1511.06434): the autoencoder's decoder makes
 * volumes from noise, the encoder's shape tells them from real ones.
 *
 * Section A4 of the specification, after the repository Barahlush/brainMRIGenerativeModels. Networks:
 * `poolingNetworks.ts`.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, restoreRandom } from '#shared/random.ts';
import { inferenceOptions, runningStatistics } from './blocks/normalisation.ts';
import { copyNetwork } from './blocks/weights.ts';
import { drawLatents, latentsOfSeeds, renderEach } from './inference/latents.ts';
import { binaryCrossEntropy } from './losses/crossEntropy.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel, NamedTensors, Optimizer } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { averageDecay, batch, poolingGrids, rate, widths } from './poolingConfig.ts';
import { createPoolingNetwork, createUpsamplingNetwork } from './poolingNetworks.ts';
import { averageWarmUp, createAdam, moveToward } from './training/adam.ts';
import { applyChanges, changesIn, type Changes } from './training/augment.ts';
import { augmentationSettings, createAugmentation, needsHeldOut } from './training/augmentation.ts';
import { addGradients, readScalars } from './training/gradients.ts';
import { createMemoryPlan } from './training/memoryPlan.ts';
import { batchGradients, makeBatch, rowsOf } from './training/pieces.ts';
import { isRealPenaltyDue, realPenalty, realPenaltySettings } from './training/realPenalty.ts';

export const dcGanConfig = z.strictObject({
  latent: z.int().min(2).max(4096).default(64).describe('Numbers in a latent code'),
  width: widths(64),
  batch: batch(8),
  rate: rate(5e-5),
  beta1: z.number().min(0).lt(1).default(0.5).describe('Adam β₁'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Adam β₂'),
  realLabel: z.number().min(0.5).max(1).default(0.9).describe('What the discriminator is to say of real scans'),
  judgesTogether: z
    .boolean()
    .default(false)
    .describe(
      'Normalise real and synthetic scans by the statistics of both together in the discriminator, which alone are blind to how bright all scans of a kind are (published: each kind alone)',
    ),
  averageDecay,
  ...augmentationSettings,
  ...realPenaltySettings,
});
export type DcGanConfig = z.output<typeof dcGanConfig>;

export const dcGan: GeneratorEntry<typeof dcGanConfig> = {
  kind: 'generator',
  id: 'dc-gan',
  title: '3-D GAN',
  purpose: 'The plain adversarial network, quick for a step: a baseline for the others, which are steadier.',
  citation:
    'After Barahlush/brainMRIGenerativeModels (2021), with Radford A, Metz L, Chintala S. ICLR 2016, arXiv 1511.06434.',
  differences: [
    'Synthesis uses an exponential moving average of the generator.',
    'On request, real and synthetic scans share the statistics of the discriminator (published: each kind has its own).',
    'The linear output is held in [-1, 1] in scans that are made, not in training.',
    'Volumes are cubes of any side from 16; published: 58 × 70 × 58.',
  ],
  grids: poolingGrids,
  presets: [
    {
      id: 'look',
      title: 'First look',
      config: { width: 16, batch: 4, rate: 5e-4, judgesTogether: true, averageDecay: 0.99 },
    },
    { id: 'published', title: 'As published', config: {} },
  ],
  defaultPreset: 'published',
  configSchema: dcGanConfig,
  batchSize: (config) => config.batch,
  needsHeldOut,
  create: (request) => createDcGan(request),
};

const stages = 4;
const slope = 0.2;
/** A network whose loss is below this is ahead: it waits for the other. */
const leastLoss = 1e-4;

function createDcGan(request: CreateGenerator<DcGanConfig>): GeneratorModel {
  const { config, grid, seed, scans = 0, memory = createMemoryPlan() } = request;
  registerVolumeGradients();
  const origin = createRandom(seed);
  const weightsOrigin = origin.fork('weights');
  const { width, latent } = config;
  const common = { width, slope, initialisation: 'xavier' } as const;
  const up = createUpsamplingNetwork(
    { ...common, grid, latent, stages, finalBlocks: 1 },
    weightsOrigin.fork('generator'),
  );
  const down = createPoolingNetwork(
    {
      ...common,
      pooled: [true, true, true, true, false],
      last: { maps: width, isActivated: true },
      heads: { score: 1 },
    },
    weightsOrigin.fork('discriminator'),
  );
  const [generator, discriminator] = [up.network, down.network];
  const average = copyNetwork(generator);
  const adam = { rate: config.rate, beta1: config.beta1, beta2: config.beta2 };
  const optimizers = {
    generator: createAdam(generator.weights, adam),
    discriminator: createAdam(discriminator.weights, adam),
  };
  let random = origin.fork('training');
  const augmentation = createAugmentation({ settings: config, scans, random: () => random });

  const batch = { memory, count: config.batch };
  const drawn = (): Changes => augmentation.draw({ count: config.batch, side: grid, isInPlane: false });

  const judge = (x: tf.Tensor5D, isSecondOrder = false): tf.Tensor2D =>
    down.head(discriminator.weights, down.pool(discriminator.weights, x, { isSecondOrder }), 'score');

  /** Scores of scans of several kinds, as many of each. */
  const judgeEach = (kinds: readonly tf.Tensor5D[]): tf.Tensor2D[] =>
    config.judgesTogether ? tf.split(judge(tf.concat([...kinds])), kinds.length) : kinds.map((x) => judge(x));

  /** Moves the weights, unless the loss is so small already that the network is to wait. */
  const applyUnlessAhead = (optimizer: Optimizer, gradients: NamedTensors, loss: number): void => {
    if (loss < leastLoss) tf.dispose(gradients);
    else optimizer.apply(gradients);
  };

  const compare = (real: tf.Tensor5D, fake: tf.Tensor5D, heldOut: tf.Tensor5D): NamedTensors => {
    const changes = drawn();
    return augmentation.compare(
      makeBatch(batch, (piece) => {
        const changed = applyChanges(rowsOf(heldOut, piece), changesIn(changes, piece));
        const kinds = [rowsOf(real, piece), changed, rowsOf(fake, piece)];
        const [training, other, synthetic] = judgeEach(kinds) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        return { training, heldOut: other, synthetic };
      }),
    );
  };

  const updateDiscriminator = async (real: tf.Tensor5D, heldOut?: tf.Tensor5D): Promise<Record<string, number>> => {
    const codes = drawLatents(random, config.batch, latent);
    const changes = drawn();
    const { fake } = makeBatch(batch, (piece) => ({
      fake: applyChanges(up.render(generator.weights, rowsOf(codes, piece)), changesIn(changes, piece)),
    }));
    codes.dispose();
    const judged = batchGradients(batch, discriminator.weights, (piece) => {
      const [onReal, onFake] = judgeEach([rowsOf(real, piece), rowsOf(fake, piece)]) as [tf.Tensor2D, tf.Tensor2D];
      const terms = {
        'discriminator.real': binaryCrossEntropy(onReal, config.realLabel),
        'discriminator.synthetic': binaryCrossEntropy(onFake, 0),
      };
      return { total: tf.addN<tf.Scalar>(Object.values(terms)), terms };
    });
    const compared = heldOut && compare(real, fake, heldOut);
    fake.dispose();
    const parts = [judged];
    if (isRealPenaltyDue(config, optimizers.discriminator.stepCount)) {
      const critic = (x: tf.Tensor5D): tf.Tensor2D => judge(x, true);
      parts.push(
        batchGradients(batch, discriminator.weights, (piece) => realPenalty(critic, [rowsOf(real, piece)], config)),
      );
    }
    const terms = Object.assign({}, ...parts.map((part) => part.terms)) as NamedTensors;
    const losses = await readScalars({ ...terms, ...compared });
    const sum = (losses['discriminator.real'] ?? 0) + (losses['discriminator.synthetic'] ?? 0);
    applyUnlessAhead(optimizers.discriminator, parts.map((part) => part.gradients).reduce(addGradients), sum);
    return losses;
  };

  const updateGenerator = async (real: tf.Tensor5D): Promise<Record<string, number>> => {
    const codes = drawLatents(random, config.batch, latent);
    const changes = drawn();
    const statistics = runningStatistics(generator);
    const observed = { ...batch, observers: [statistics] };
    const { gradients, terms } = batchGradients(observed, generator.weights, (piece) => {
      const made = up.render(generator.weights, rowsOf(codes, piece), statistics);
      const shown = applyChanges(made, changesIn(changes, piece));
      const [score] = judgeEach(config.judgesTogether ? [shown, rowsOf(real, piece)] : [shown]) as [tf.Tensor2D];
      const total = binaryCrossEntropy(score, 1);
      return { total, terms: { 'generator.adversarial': total } };
    });
    codes.dispose();
    const losses = await readScalars(terms);
    applyUnlessAhead(optimizers.generator, gradients, losses['generator.adversarial'] ?? 0);
    const decay = Math.min(config.averageDecay, averageWarmUp(optimizers.generator.stepCount));
    moveToward(average.weights, generator.weights, 1 - decay);
    return losses;
  };

  const generateFrom = (given: tf.Tensor2D): tf.Tensor5D =>
    renderEach(given, (code) => tf.clipByValue(up.render(average.weights, code, inferenceOptions(generator)), -1, 1));

  return {
    networks: { generator, discriminator, average },
    optimizers,
    ...augmentation.counted,
    nextHeldOut: () => augmentation.nextHeldOut({ count: config.batch, side: grid }),

    async step(real, _labels, heldOut) {
      const seen = tf.tidy(() => tf.clone(augmentation.change(real)));
      const losses = { ...(await updateDiscriminator(seen, heldOut)), ...(await updateGenerator(seen)) };
      seen.dispose();
      return augmentation.follow(losses, config.batch);
    },

    latentLength: latent,
    generateFrom,
    generate: (request) => tf.tidy(() => generateFrom(latentsOfSeeds(request, latent))),

    judge: (scans) => tf.tidy(() => tf.reshape<tf.Rank.R1>(judge(scans), [-1])),

    randomState: () => random.state(),
    restoreRandom(state) {
      random = restoreRandom(state);
    },
    dispose() {
      for (const { weights, buffers } of [generator, discriminator]) tf.dispose([weights, buffers]);
      tf.dispose(average.weights);
      for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    },
  };
}
