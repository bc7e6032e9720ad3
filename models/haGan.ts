/**
 * HA-GAN: fine volumes at the cost of slabs. A step makes features of the whole volume at a quarter of the resolution, and
 * from them a coarse volume and one slab of the fine one; discriminator and encoders see no more than that. Synthesis
 * renders the whole volume.
 *
 * Sun et al. 2022 (IEEE JBHI 26:3966, arXiv 2008.01910). Networks: `haGanNetworks.ts`.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, restoreRandom } from '#shared/random.ts';
import { copyNetwork, prepareWeights, type PreparedWeights } from './blocks/weights.ts';
import { haGanNames } from './haGanNames.ts';
import { conditionSetting } from './conditionSetting.ts';
import { createHaGanNetworks, slabLengthAt, type Verdict, type View } from './haGanNetworks.ts';
import {
  drawLatents,
  labelsOfSeeds,
  latentsOfSeeds,
  oneHotLabels,
  renderEach,
  withLabels,
} from './inference/latents.ts';
import { renderInSlabs } from './inference/renderInSlabs.ts';
import { binaryCrossEntropy, classCrossEntropy } from './losses/crossEntropy.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel, NamedTensors } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { averageWarmUp, createAdam, moveToward } from './training/adam.ts';
import { applyChanges, changesIn, type Changes } from './training/augment.ts';
import { augmentationSettings, createAugmentation, needsHeldOut } from './training/augmentation.ts';
import { addGradients, readScalars, type LossGradients } from './training/gradients.ts';
import { createMemoryPlan } from './training/memoryPlan.ts';
import { batchGradients, makeBatch, rowsOf, type Piece } from './training/pieces.ts';
import { isRealPenaltyDue, realPenalty, realPenaltySettings } from './training/realPenalty.ts';

const rate = (initial: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().positive().max(0.1).default(initial).describe(text);

export const haGanConfig = z.strictObject({
  latent: z.int().min(8).max(4096).default(1024).describe('Numbers in a latent code'),
  width: z
    .union([16, 32, 48, 64].map((maps) => z.literal(maps)))
    .default(32)
    .describe('Feature maps of the last stage before the voxels; the others are multiples of it'),
  batch: z.int().min(1).max(64).default(4).describe('Scans an update sees'),
  generatorRate: rate(1e-4, 'Learning rate of the generator'),
  discriminatorRate: rate(4e-4, 'Learning rate of the discriminator'),
  encoderRate: rate(1e-4, 'Learning rate of both encoders'),
  beta1: z.number().min(0).lt(1).default(0).describe('Adam β₁'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Adam β₂'),
  condition: conditionSetting,
  classWeight: z
    .number()
    .min(0)
    .max(100)
    .default(0.1)
    .describe("Weight of the class in the generator's loss, where it is conditional"),
  averageDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe('Decay of the moving average of the generator that synthesis uses'),
  ...augmentationSettings,
  ...realPenaltySettings,
});
export type HaGanConfig = z.output<typeof haGanConfig>;

export const haGan: GeneratorEntry<typeof haGanConfig> = {
  kind: 'generator',
  id: 'ha-gan',
  title: 'HA-GAN',
  purpose:
    'Learns to make new scans of high resolution: each step works on a slab of the scan and a coarse whole, so that memory suffices for 256³. Its encoders find the code of a given scan.',
  citation: 'Sun L, Chen J, Xu Y, Gong M, Yu K, Batmanghelich K. IEEE JBHI 2022;26(8):3966, arXiv 2008.01910.',
  differences: [
    'Scans are drawn in random order (in the released code always in the same one).',
    'Slabs begin at multiples of four voxels, so that the real and the synthetic one show the same place.',
    'The coarse volume is the mean over blocks of voxels, not every fourth voxel.',
    'Synthesis uses an exponential moving average of the generator.',
    'Spectral normalisation refines its vectors once a training step of the discriminator, not at each forward pass.',
    'Grids below 128 drop stages: the generator those with the most maps, discriminator and encoder those next to the voxels. Their slabs are as thick as at 128: a thinner one is unlike the volume it is cut from.',
  ],
  grids: [32, 64, 128, 256],
  presets: [
    {
      id: 'look',
      title: 'First look',
      config: { width: 16, latent: 64, generatorRate: 2e-4, discriminatorRate: 4e-4, encoderRate: 1e-3, averageDecay: 0.99, augment: 'fixed' }, // prettier-ignore
    },
    { id: 'published', title: 'JBHI 2022', config: {} },
    { id: 'light', title: 'Half the maps', config: { width: 16, latent: 256 } },
  ],
  defaultPreset: 'published',
  configSchema: haGanConfig,
  batchSize: (config) => config.batch,
  condition: (config) => config.condition,
  publishedNames: (config, grid, classes) => haGanNames({ ...config, grid, classes }),
  needsHeldOut,
  create: (request) => createHaGan(request),
};

const featureScale = 4; // voxels of a volume in one of the features, along each axis

interface Seen extends View {
  /** First voxel of the slab, a multiple of four. */
  readonly offset: number;
  /** One-hot classes [b, classes]; null: not conditional. */
  readonly classes: tf.Tensor2D | null;
}

/** Where in the batch and in the volumes a view is from. */
type Place = Pick<Seen, 'offset'> & { readonly piece: Piece };

interface Comparison extends Pick<Seen, 'offset'> {
  readonly shown: View;
  readonly fake: View;
  /** Whole volumes. */
  readonly heldOut: tf.Tensor5D;
}

function createHaGan(request: CreateGenerator<HaGanConfig>): GeneratorModel {
  const { config, grid, seed, scans = 0, classes = 0, memory = createMemoryPlan() } = request;
  registerVolumeGradients();
  const origin = createRandom(seed);
  const networks = createHaGanNetworks({ ...config, grid, classes }, origin.fork('weights'));
  const { generator, discriminator, slabEncoder, codeEncoder } = networks;
  const average = copyNetwork(generator);
  const adam = (of: number): Parameters<typeof createAdam>[1] => ({ ...config, rate: of });
  const optimizers = {
    generator: createAdam(generator.weights, adam(config.generatorRate)),
    discriminator: createAdam(discriminator.weights, adam(config.discriminatorRate)),
    slabEncoder: createAdam(slabEncoder.weights, adam(config.encoderRate)),
    codeEncoder: createAdam(codeEncoder.weights, adam(config.encoderRate)),
  };
  let random = origin.fork('training');
  const batch = { memory, count: config.batch };
  const augmentation = createAugmentation({ settings: config, scans, random: () => random });

  const slabLength = slabLengthAt(grid);
  const slabsOfVolume = grid / slabLength;
  const lastOffset = grid - slabLength;
  const cutFeatures = (features: tf.Tensor5D, offset: number): tf.Tensor5D =>
    tf.slice(features, [0, offset / featureScale, 0, 0, 0], [-1, slabLength / featureScale, -1, -1, -1]);
  const cutVolume = (volume: tf.Tensor5D, offset: number): tf.Tensor5D =>
    tf.slice(volume, [0, offset, 0, 0, 0], [-1, slabLength, -1, -1, -1]);
  /** What the discriminator sees of whole volumes. */
  const viewOf = (volumes: tf.Tensor5D, offset: number): View => ({
    slab: cutVolume(volumes, offset),
    low: tf.avgPool3d(volumes, featureScale, featureScale, 'valid'), // [b, S/4, S/4, S/4, 1]
  });
  /**
   * Slab and coarse volume changed alike, of real and of synthetic scans. Of the synthetic ones there is no more than that,
   * so that nothing moves along d.
   */
  const drawChanges = (): Changes =>
    augmentation.draw({ count: config.batch, side: grid / featureScale, isInPlane: true });
  const change = ({ slab, low }: View, changes: Changes, { piece, offset }: Place): View & NamedTensors => ({
    slab: applyChanges(slab, changesIn(changes, piece), { from: offset, of: grid }),
    low: applyChanges(low, changesIn(changes, piece)),
  });
  /** The coarse volume and the slab that a code stands for. */
  const render = (leaves: NamedTensors, codes: tf.Tensor2D, { offset, classes: oneHot }: Seen): View & NamedTensors => {
    const features = networks.makeFeatures(leaves, withLabels(codes, oneHot));
    return {
      low: networks.renderLow(leaves, features),
      slab: networks.renderSlab(leaves, cutFeatures(features, offset)),
    };
  };

  const updateDiscriminator = (real: Seen, made: PreparedWeights, heldOut?: tf.Tensor5D): NamedTensors => {
    const prepared = prepareWeights(discriminator, 'store');
    const codes = drawLatents(random, config.batch, config.latent);
    const [onReal, onFake] = [drawChanges(), drawChanges()];
    const shown = makeBatch(batch, (piece) => {
      const { slab, low } = change(viewIn(real, piece), onReal, { piece, ...real });
      return { slab: tf.clone(slab), low: tf.clone(low) };
    });
    const fake = makeBatch(batch, (piece) =>
      change(render(made.leaves, rowsOf(codes, piece), seenIn(real, piece)), onFake, { piece, ...real }),
    );
    codes.dispose();
    const look = (view: View): Verdict => networks.discriminate(prepared.leaves, view, real.offset / lastOffset);
    const judge = (view: View, target: 0 | 1): LossGradients =>
      batchGradients(batch, prepared.leaves, (piece) => {
        const verdict = look(viewIn(view, piece));
        const adversarial = binaryCrossEntropy(verdict.score, target);
        if (target === 0) return { total: adversarial, terms: { 'discriminator.synthetic': adversarial } };
        const terms: Record<string, tf.Tensor> = { 'discriminator.real': adversarial };
        if (verdict.classes !== null && real.classes !== null)
          terms['discriminator.class'] = classCrossEntropy(verdict.classes, rowsOf(real.classes, piece));
        return { total: tf.addN(Object.values(terms)) as tf.Scalar, terms };
      });
    const parts = [judge(shown, 1), judge(fake, 0)];
    if (isRealPenaltyDue(config, optimizers.discriminator.stepCount)) {
      const critic = (slab: tf.Tensor5D, low: tf.Tensor5D): tf.Tensor2D => look({ slab, low }).score;
      parts.push(
        batchGradients(batch, prepared.leaves, (piece) => {
          const { slab, low } = viewIn(shown, piece);
          return realPenalty(critic, [slab, low], config);
        }),
      );
    }
    const compared = heldOut && compare(look, { shown, fake, heldOut, offset: real.offset });
    tf.dispose([shown.slab, shown.low, fake.slab, fake.low]);
    optimizers.discriminator.apply(prepared.pullBack(parts.map((part) => part.gradients).reduce(addGradients)));
    prepared.dispose();
    return Object.assign({}, ...parts.map((part) => part.terms), compared) as NamedTensors;
  };

  /** Scores of training, held-out and synthetic scans by this discriminator. */
  const compare = (look: (view: View) => Verdict, { shown, fake, heldOut, offset }: Comparison): NamedTensors => {
    const changes = drawChanges();
    return augmentation.compare(
      makeBatch(batch, (piece) => ({
        training: look(viewIn(shown, piece)).score,
        heldOut: look(change(viewOf(rowsOf(heldOut, piece), offset), changes, { piece, offset })).score,
        synthetic: look(viewIn(fake, piece)).score,
      })),
    );
  };

  const updateGenerator = (real: Seen, made: PreparedWeights): NamedTensors => {
    const judging = prepareWeights(discriminator, 'discard');
    const codes = drawLatents(random, config.batch, config.latent);
    const changes = drawChanges();
    const { gradients, terms } = batchGradients(batch, made.leaves, (piece) => {
      const seen = seenIn(real, piece);
      const view = change(render(made.leaves, rowsOf(codes, piece), seen), changes, { piece, ...real });
      const verdict = networks.discriminate(judging.leaves, view, real.offset / lastOffset);
      const losses: Record<string, tf.Tensor> = { 'generator.adversarial': binaryCrossEntropy(verdict.score, 1) };
      if (verdict.classes !== null && seen.classes !== null)
        losses['generator.class'] = tf.mul(classCrossEntropy(verdict.classes, seen.classes), config.classWeight);
      return { total: tf.addN(Object.values(losses)) as tf.Scalar, terms: losses };
    });
    optimizers.generator.apply(made.pullBack(gradients));
    codes.dispose();
    judging.dispose();
    const decay = Math.min(config.averageDecay, averageWarmUp(optimizers.generator.stepCount));
    moveToward(average.weights, generator.weights, 1 - decay);
    return terms;
  };

  const updateSlabEncoder = ({ slab }: Seen, made: PreparedWeights): NamedTensors => {
    const { weights } = slabEncoder;
    const { gradients, terms } = batchGradients(batch, weights, (piece) => {
      const seen = rowsOf(slab, piece);
      const total = meanDistance(networks.renderSlab(made.leaves, networks.encodeSlab(weights, seen)), seen);
      return { total, terms: { 'encoder.slab': total } };
    });
    optimizers.slabEncoder.apply(gradients);
    return terms;
  };

  const updateCodeEncoder = (volumes: tf.Tensor5D, real: Seen, made: PreparedWeights): NamedTensors => {
    const { weights } = codeEncoder;
    const { features } = makeBatch(batch, (piece) => ({ features: encodeSlabs(rowsOf(volumes, piece)) }));
    const { gradients, terms } = batchGradients(batch, weights, (piece) => {
      const seen = seenIn(real, piece);
      const { slab, low } = render(made.leaves, networks.encodeFeatures(weights, rowsOf(features, piece)), seen);
      const losses = {
        'encoder.code.slab': tf.mul<tf.Scalar>(meanDistance(slab, seen.slab), 0.5),
        'encoder.code.low': tf.mul<tf.Scalar>(meanDistance(low, seen.low), 0.5),
      };
      return { total: tf.add(losses['encoder.code.slab'], losses['encoder.code.low']), terms: losses };
    });
    features.dispose();
    optimizers.codeEncoder.apply(gradients);
    return terms;
  };

  /** The features of whole volumes, slab by slab as in training: [b, S, S, S, 1] → [b, S/4, S/4, S/4, 2 · width]. */
  const encodeSlabs = (volumes: tf.Tensor5D): tf.Tensor5D => {
    const slabs = Array.from({ length: slabsOfVolume }, (_, index) =>
      tf.tidy(() => networks.encodeSlab(slabEncoder.weights, cutVolume(volumes, index * slabLength))),
    );
    const features = tf.concat(slabs, 1);
    tf.dispose(slabs);
    return features;
  };

  /** One volume at a time, its last layers a slab at a time. */
  const generateFrom = (codes: tf.Tensor2D, labels?: readonly number[]): tf.Tensor5D => {
    const prepared = prepareWeights(average, 'discard');
    const volumes = renderEach(codes, (code, index) => {
      const oneHot = oneHotLabels(labels?.slice(index, index + 1), { count: 1, classes });
      const features = networks.makeFeatures(prepared.leaves, withLabels(code, oneHot));
      return renderInSlabs(prepared.leaves, features, slabLength / featureScale);
    });
    prepared.dispose();
    return volumes;
  };

  return {
    networks: { generator, discriminator, slabEncoder, codeEncoder, average },
    optimizers,
    ...augmentation.counted,
    nextHeldOut: () => augmentation.nextHeldOut({ count: config.batch, side: grid }),

    async step(volumes, labels, heldOut) {
      const offset = featureScale * random.integer(lastOffset / featureScale + 1);
      const { slab, low } = tf.tidy(() => ({ ...viewOf(volumes, offset) }));
      const real: Seen = { slab, low, offset, classes: oneHotLabels(labels, { count: config.batch, classes }) };
      const before = prepareWeights(generator, 'discard');
      const terms: Record<string, tf.Tensor> = {
        ...updateDiscriminator(real, before, heldOut),
        ...updateGenerator(real, before),
      };
      before.dispose();
      const after = prepareWeights(generator, 'discard');
      Object.assign(terms, updateSlabEncoder(real, after), updateCodeEncoder(volumes, real, after));
      after.dispose();
      tf.dispose([slab, low, ...(real.classes === null ? [] : [real.classes])]);
      return augmentation.follow(await readScalars(terms), config.batch);
    },

    latentLength: config.latent,
    generateFrom,
    generate: (request) =>
      tf.tidy(() => generateFrom(latentsOfSeeds(request, config.latent), labelsOfSeeds(request, classes))),
    encode: (volumes) =>
      tf.tidy(() => {
        const scans = tf.split<tf.Tensor5D>(volumes, volumes.shape[0]);
        return tf.concat(
          scans.map((scan) => tf.tidy(() => networks.encodeFeatures(codeEncoder.weights, encodeSlabs(scan)))),
        );
      }),

    /** The mean over the slabs that make up a scan. */
    judge(scans) {
      const prepared = prepareWeights(discriminator, 'discard');
      const scores = Array.from({ length: slabsOfVolume }, (_, index) =>
        tf.tidy(() => {
          const offset = index * slabLength;
          return networks.discriminate(prepared.leaves, viewOf(scans, offset), offset / lastOffset).score;
        }),
      );
      const mean = tf.tidy(() => tf.mean<tf.Tensor1D>(tf.concat(scores, 1), 1));
      tf.dispose(scores);
      prepared.dispose();
      return mean;
    },

    randomState: () => random.state(),
    restoreRandom(state) {
      random = restoreRandom(state);
    },
    dispose() {
      for (const network of [generator, discriminator, slabEncoder, codeEncoder])
        tf.dispose([network.weights, network.buffers]);
      tf.dispose(average.weights);
      for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    },
  };
}

function viewIn({ slab, low }: View, piece: Piece): View {
  return { slab: rowsOf(slab, piece), low: rowsOf(low, piece) };
}

function seenIn(seen: Seen, piece: Piece): Seen {
  return { ...seen, ...viewIn(seen, piece), classes: seen.classes === null ? null : rowsOf(seen.classes, piece) };
}

function meanDistance(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.mean(tf.abs(tf.sub(a, b)));
}
