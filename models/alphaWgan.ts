/**
 * α-WGAN for brain volumes, in its three published forms: one update of generator and encoder, of the discriminator and
 * of the code discriminator makes one iteration.
 *
 * Kwon, Han & Kim 2019 (MICCAI, arXiv 1908.02498); SigmaRat 1 and 2: Ferreira et al. 2022 (Applied Sciences 12:4844,
 * arXiv 2112.13626). Networks: `alphaWganNetworks.ts`.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, restoreRandom } from '#shared/random.ts';
import { alphaWganNames } from './alphaWganNames.ts';
import { createAlphaWganNetworks, type AlphaWganNetworks } from './alphaWganNetworks.ts';
import { inferenceOptions, runningStatistics } from './blocks/normalisation.ts';
import { copyNetwork, prepareWeights, type PreparedWeights } from './blocks/weights.ts';
import { drawLatents, latentsOfSeeds, renderEach } from './inference/latents.ts';
import { gradientDifference } from './losses/gradientDifference.ts';
import { gradientPenalty } from './losses/gradientPenalty.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel, NamedTensors } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { averageWarmUp, createAdam, moveToward } from './training/adam.ts';
import { applyChanges, changesIn, type Changes } from './training/augment.ts';
import { augmentationSettings, createAugmentation, needsHeldOut } from './training/augmentation.ts';
import { addGradients, readScalars, withoutPrefix, withPrefix, type LossGradients } from './training/gradients.ts';
import { createMemoryPlan } from './training/memoryPlan.ts';
import { batchGradients, makeBatch, rowsOf } from './training/pieces.ts';
import { isRealPenaltyDue, realPenalty, realPenaltySettings } from './training/realPenalty.ts';

const weight = (initial: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(10_000).default(initial).describe(text);

export const alphaWganConfig = z.strictObject({
  variant: z.enum(['sigmarat2', 'sigmarat1', 'kwon']).default('sigmarat2').describe('Which published networks'),
  latent: z.int().min(8).max(4096).default(500).describe('Numbers in a latent code'),
  width: z
    .union([16, 32, 64, 128, 256, 512, 1024].map((maps) => z.literal(maps)))
    .default(512)
    .describe('Feature maps at 4³; halved at each stage outward'),
  codeUnits: z.int().min(16).max(8192).default(4096).describe("Units of the code discriminator's hidden layers"),
  batch: z.int().min(1).max(64).default(4).describe('Scans an update sees'),
  rate: z.number().positive().max(0.1).default(2e-4).describe('Learning rate'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('Adam β₁'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Adam β₂'),
  weightDecay: z.number().min(0).max(1).default(0.01).describe('Decoupled weight decay (AdamW)'),
  l1: weight(0, 'Weight of the mean absolute reconstruction error'),
  mse: weight(100, 'Weight of the mean squared reconstruction error'),
  gdl: weight(0.01, 'Weight of the gradient difference loss'),
  penalty: weight(100, 'Weight of the gradient penalties'),
  averageDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe('Decay of the moving average of the generator that synthesis uses'),
  ...augmentationSettings,
  ...realPenaltySettings,
});
export type AlphaWganConfig = z.output<typeof alphaWganConfig>;

export const alphaWgan: GeneratorEntry<typeof alphaWganConfig> = {
  kind: 'generator',
  id: 'alpha-wgan',
  title: 'α-WGAN',
  purpose: 'Learns to make new whole-brain scans from few: an autoencoder keeps it varied, two critics keep it real.',
  citation:
    'Kwon G, Han C, Kim D. MICCAI 2019, arXiv 1908.02498. Ferreira A et al. Applied Sciences 2022;12(10):4844, arXiv 2112.13626 (SigmaRat).',
  differences: [
    'The gradient difference loss is averaged over voxels and trains the generator (in the released notebook it does not).',
    'Generator and encoder make one optimiser step an iteration, not two with the same gradient.',
    'Augmentation, where switched on, treats real and synthetic scans alike, and never exchanges left and right.',
    'Synthesis uses an exponential moving average of the generator.',
    'Spectral normalisation refines its vectors once a training step of a network, not at each forward pass.',
    'Sides other than 64 add or drop the stage next to the voxels.',
  ],
  grids: [16, 32, 64, 128],
  presets: [
    {
      id: 'look',
      title: 'First look',
      config: { width: 64, latent: 64, codeUnits: 256, rate: 1e-3, beta1: 0.5, penalty: 10, averageDecay: 0.98 },
    },
    { id: 'sigmarat2', title: 'SigmaRat 2', config: {} },
    {
      id: 'sigmarat1',
      title: 'SigmaRat 1',
      config: { variant: 'sigmarat1', l1: 10, mse: 10, gdl: 0, penalty: 10, weightDecay: 0 },
    },
    {
      id: 'kwon',
      title: 'Kwon 2019',
      config: { variant: 'kwon', latent: 1000, l1: 10, mse: 0, gdl: 0, penalty: 10, weightDecay: 0 },
    },
  ],
  defaultPreset: 'sigmarat2',
  configSchema: alphaWganConfig,
  hasTruncation: ({ variant }) => variant === 'kwon', // instance normalisation takes the length of a code away again
  batchSize: (config) => 2 * config.batch, // one batch for generator and encoder, a fresh one for the critics
  updateSize: (config) => config.batch,
  publishedNames: (config, grid) => alphaWganNames({ ...config, grid }),
  needsHeldOut,
  create: (request) => createAlphaWgan(request),
};

function createAlphaWgan(request: CreateGenerator<AlphaWganConfig>): GeneratorModel {
  const { config, grid, seed, scans = 0, memory = createMemoryPlan() } = request;
  registerVolumeGradients();
  const origin = createRandom(seed);
  const networks = createAlphaWganNetworks({ ...config, grid }, origin.fork('weights'));
  const { generator, encoder, discriminator, code } = networks;
  const average = copyNetwork(generator);
  const adam = { rate: config.rate, beta1: config.beta1, beta2: config.beta2, weightDecay: config.weightDecay };
  const optimizers = {
    generator: createAdam(generator.weights, adam),
    encoder: createAdam(encoder.weights, adam),
    discriminator: createAdam(discriminator.weights, adam),
    code: createAdam(code.weights, adam),
  };
  let random = origin.fork('training');
  const augmentation = createAugmentation({ settings: config, scans, random: () => random });

  const batch = { memory, count: config.batch };
  const drawn = (): Changes => augmentation.draw({ count: config.batch, side: grid, isInPlane: false });

  /**
   * Generator and encoder. What is sampled and what is reconstructed meet in the sum of the losses only, so each is
   * differentiated by itself: half the activations at a time.
   */
  const updateGenerator = (real: tf.Tensor5D): NamedTensors => {
    const prepared = prepareAll(networks, {
      discriminator: 'discard',
      code: 'discard',
      generator: 'store',
      encoder: 'store',
    });
    const z = drawLatents(random, config.batch, config.latent);
    const changes = { reconstructed: drawn(), sampled: drawn() };
    const statistics = { generator: runningStatistics(generator), encoder: runningStatistics(encoder) };
    const observed = { ...batch, observers: Object.values(statistics) };
    const score = (x: tf.Tensor5D, changed: Changes): tf.Tensor =>
      tf.neg(tf.mean(networks.discriminate(prepared.discriminator.leaves, applyChanges(x, changed))));
    const generatorLeaves = withPrefix('generator', prepared.generator.leaves);

    const reconstruction = batchGradients(
      observed,
      { ...generatorLeaves, ...withPrefix('encoder', prepared.encoder.leaves) },
      (piece) => {
        const scan = rowsOf(real, piece);
        const encoded = networks.encode(prepared.encoder.leaves, scan, statistics.encoder);
        const reconstructed = networks.generate(prepared.generator.leaves, encoded, statistics.generator);
        const error = tf.sub(reconstructed, scan);
        const losses: Record<string, tf.Tensor> = {
          'generator.reconstructed': score(reconstructed, changesIn(changes.reconstructed, piece)),
          'encoder.code': tf.neg(tf.mean(networks.judgeCode(prepared.code.leaves, encoded))),
        };
        if (config.l1 > 0) losses['reconstruction.l1'] = tf.mul(tf.mean(tf.abs(error)), config.l1);
        if (config.mse > 0) losses['reconstruction.mse'] = tf.mul(tf.mean(tf.square(error)), config.mse);
        if (config.gdl > 0) losses['reconstruction.gdl'] = tf.mul(gradientDifference(reconstructed, scan), config.gdl);
        return { total: tf.addN(Object.values(losses)) as tf.Scalar, terms: losses };
      },
    );
    const sampling = batchGradients(observed, generatorLeaves, (piece) => {
      const sampled = networks.generate(prepared.generator.leaves, rowsOf(z, piece), statistics.generator);
      const total = score(sampled, changesIn(changes.sampled, piece)) as tf.Scalar;
      return { total, terms: { 'generator.sampled': total } };
    });
    const gradients = addGradients(reconstruction.gradients, sampling.gradients);
    optimizers.generator.apply(prepared.generator.pullBack(withoutPrefix('generator', gradients)));
    optimizers.encoder.apply(prepared.encoder.pullBack(withoutPrefix('encoder', gradients)));
    disposeAll(z, prepared);
    moveToward(
      average.weights,
      generator.weights,
      1 - Math.min(config.averageDecay, averageWarmUp(optimizers.generator.stepCount)),
    );
    return { ...reconstruction.terms, ...sampling.terms };
  };

  /** Fresh synthetic scans and codes, outside any differentiation. */
  const synthesizeForCritics = (real: tf.Tensor5D): Fakes => {
    const prepared = { generator: prepareWeights(generator, 'discard'), encoder: prepareWeights(encoder, 'discard') };
    const z = drawLatents(random, config.batch, config.latent);
    const changes = { reconstructed: drawn(), sampled: drawn() };
    const make = (code: tf.Tensor2D, changed: Changes): tf.Tensor5D =>
      applyChanges(networks.generate(prepared.generator.leaves, code), changed);
    const fakes = makeBatch(batch, (piece) => {
      const encoded = networks.encode(prepared.encoder.leaves, rowsOf(real, piece));
      return {
        encoded,
        reconstructed: make(encoded, changesIn(changes.reconstructed, piece)),
        sampled: make(rowsOf(z, piece), changesIn(changes.sampled, piece)),
      };
    });
    disposeAll(prepared);
    return { z, ...fakes };
  };

  const updateDiscriminator = (
    real: tf.Tensor5D,
    { reconstructed, sampled }: Fakes,
    heldOut?: tf.Tensor5D,
  ): NamedTensors => {
    const prepared = prepareWeights(discriminator, 'store');
    const { leaves } = prepared;
    const judge = (x: tf.Tensor5D, sign: number): LossGradients =>
      batchGradients(batch, leaves, (piece) => {
        const total = tf.mul<tf.Scalar>(tf.mean(networks.discriminate(leaves, rowsOf(x, piece))), sign);
        return { total, terms: { critic: total } };
      });
    const scores = [judge(reconstructed, 1), judge(sampled, 1), judge(real, -2)];
    const score = (x: tf.Tensor5D): tf.Tensor => networks.discriminate(leaves, x);
    const critic = (x: tf.Tensor5D): tf.Tensor => networks.discriminate(leaves, x, { isSecondOrder: true });
    const penalties = [sampled, reconstructed].map((fake) => penaltyGradients(leaves, critic, real, fake));
    const r1 = isRealPenaltyDue(config, optimizers.discriminator.stepCount)
      ? [batchGradients(batch, leaves, (piece) => realPenalty(critic, [rowsOf(real, piece)], config))]
      : [];
    const changes = heldOut === undefined ? null : drawn();
    const compared =
      heldOut &&
      augmentation.compare(
        makeBatch(batch, (piece) => ({
          training: score(rowsOf(real, piece)),
          heldOut: score(applyChanges(rowsOf(heldOut, piece), changesIn(changes, piece))),
          synthetic: score(rowsOf(sampled, piece)),
        })),
      );
    const gradients = [...scores, ...penalties, ...r1].map((part) => part.gradients).reduce(addGradients);
    optimizers.discriminator.apply(prepared.pullBack(gradients));
    prepared.dispose();
    return {
      'discriminator.critic': sumOf(scores),
      'discriminator.penalty': sumOf(penalties),
      ...r1[0]?.terms,
      ...compared,
    };
  };

  const updateCode = ({ encoded, z }: Fakes): NamedTensors => {
    const prepared = prepareWeights(code, 'store');
    const { leaves } = prepared;
    const scores = batchGradients(batch, leaves, (piece) => {
      const total: tf.Scalar = tf.sub(
        tf.mean(networks.judgeCode(leaves, rowsOf(encoded, piece))),
        tf.mean(networks.judgeCode(leaves, rowsOf(z, piece))),
      );
      return { total, terms: { 'code.critic': total } };
    });
    const critic = (codes: tf.Tensor2D): tf.Tensor => networks.judgeCode(leaves, codes, { isSecondOrder: true });
    const penalty = penaltyGradients(leaves, critic, z, encoded);
    optimizers.code.apply(prepared.pullBack(addGradients(scores.gradients, penalty.gradients)));
    prepared.dispose();
    return { ...scores.terms, 'code.penalty': sumOf([penalty]) };
  };

  const penaltyGradients = <T extends tf.Tensor>(
    leaves: NamedTensors,
    critic: (x: T) => tf.Tensor,
    real: T,
    fake: T,
  ): LossGradients => {
    const mix = tf.tensor1d(Float32Array.from({ length: config.batch }, () => random.uniform()));
    const result = batchGradients(batch, leaves, (piece) => {
      const between = { real: rowsOf(real, piece), fake: rowsOf(fake, piece), mix: rowsOf(mix, piece) };
      const total = tf.mul<tf.Scalar>(gradientPenalty(critic, between), config.penalty);
      return { total, terms: { penalty: total } };
    });
    mix.dispose();
    return result;
  };

  /** A volume at a time: what is in memory does not grow with their number. */
  const generateFrom = (codes: tf.Tensor2D): tf.Tensor5D => {
    const prepared = prepareWeights(average, 'discard');
    const volumes = renderEach(codes, (code) => networks.generate(prepared.leaves, code, inferenceOptions(generator)));
    prepared.dispose();
    return volumes;
  };

  return {
    networks: { generator, encoder, discriminator, code, average },
    optimizers,
    ...augmentation.counted,

    nextHeldOut: () => augmentation.nextHeldOut({ count: config.batch, side: grid }),

    async step(real, _labels, heldOut) {
      const [first, second] = tf.tidy(() => tf.split(real, 2)) as [tf.Tensor5D, tf.Tensor5D];
      const terms: Record<string, tf.Tensor> = { ...updateGenerator(first) };
      const seen = tf.tidy(() => augmentation.change(second));
      const fakes = synthesizeForCritics(second);
      Object.assign(terms, updateDiscriminator(seen, fakes, heldOut), updateCode(fakes));
      tf.dispose([first, second, seen, fakes.z, fakes.encoded, fakes.reconstructed, fakes.sampled]);
      return augmentation.follow(await readScalars(terms), config.batch);
    },

    generate: (request) => tf.tidy(() => generateFrom(latentsOfSeeds(request, config.latent))),
    latentLength: config.latent,
    generateFrom,
    encode(volumes) {
      const prepared = prepareWeights(encoder, 'discard');
      const codes = tf.tidy(() => networks.encode(prepared.leaves, volumes, inferenceOptions(encoder)));
      prepared.dispose();
      return codes;
    },

    judge(scans) {
      const prepared = prepareWeights(discriminator, 'discard');
      const scores = tf.tidy(() => tf.reshape<tf.Rank.R1>(networks.discriminate(prepared.leaves, scans), [-1]));
      prepared.dispose();
      return scores;
    },

    randomState: () => random.state(),
    restoreRandom(state) {
      random = restoreRandom(state);
    },
    dispose() {
      for (const network of [generator, encoder, discriminator, code]) tf.dispose([network.weights, network.buffers]);
      tf.dispose(average.weights);
      for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    },
  };
}

interface Fakes {
  readonly z: tf.Tensor2D;
  readonly encoded: tf.Tensor2D;
  readonly reconstructed: tf.Tensor5D;
  readonly sampled: tf.Tensor5D;
}

type PowerIterations = Readonly<Record<'generator' | 'encoder' | 'discriminator' | 'code', 'store' | 'discard'>>;

function prepareAll(
  networks: AlphaWganNetworks,
  iterations: PowerIterations,
): Record<keyof PowerIterations, PreparedWeights> {
  return {
    generator: prepareWeights(networks.generator, iterations.generator),
    encoder: prepareWeights(networks.encoder, iterations.encoder),
    discriminator: prepareWeights(networks.discriminator, iterations.discriminator),
    code: prepareWeights(networks.code, iterations.code),
  };
}

/** The sum of all terms, which it disposes. */
function sumOf(parts: readonly LossGradients[]): tf.Tensor {
  const terms = parts.flatMap(({ terms: named }) => Object.values(named));
  const sum = tf.addN(terms);
  tf.dispose(terms);
  return sum;
}

function disposeAll(...owners: (tf.Tensor | Readonly<Record<string, PreparedWeights>>)[]): void {
  for (const owner of owners) {
    if (owner instanceof tf.Tensor) owner.dispose();
    else for (const prepared of Object.values(owner)) prepared.dispose();
  }
}
