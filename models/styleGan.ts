/**
 * Style-based GAN in three dimensions, grown progressively: what a code says acts at every resolution through styles, so
 * that coarse and fine traits can be mixed, and scans drawn toward the average by truncation.
 *
 * Karras et al. 2019 (arXiv 1812.04948), in three dimensions after A. Barahlush's brainMRIGenerativeModels.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom, type Random } from '#shared/random.ts';
import { createGrowingDiscriminator } from './blocks/growingDiscriminator.ts';
import { drawLatents, drawNoise, latentsOfSeeds } from './inference/latents.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel, NamedTensors } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { createStyleGenerator, noiseLayers, styledLayers } from './styleGanNetworks.ts';
import { moveToward } from './training/adam.ts';
import { needsHeldOut } from './training/augmentation.ts';
import { createGrowingGan, type DrawRequest, type SampleRequest } from './training/growingGan.ts';
import { adversarialSettings, batchSetting, rateSetting, scheduleSettings } from './training/growingSettings.ts';
import { bySide, levelsOf, phaseLength, type Growth } from './training/growth.ts';
import { createMeans } from './training/means.ts';

const firstSide = 8;
/** The average style moves by this share of the difference at every batch, as in StyleGAN. */
const styleMomentum = 0.005;

const styleGanConfig = z.strictObject({
  ...scheduleSettings,
  maps: z.int().min(4).max(512).default(256).describe('Feature maps of every layer'),
  latent: z.int().min(4).max(1024).default(128).describe('Numbers in a latent code and in a style'),
  mixing: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe('Share of synthetic training scans whose coarse and fine layers have styles of two codes'),
  batch8: batchSetting(16, '8³'),
  batch16: batchSetting(8, '16³'),
  batch32: batchSetting(4, '32³'),
  batch64: batchSetting(2, '64³'),
  batch128: batchSetting(1, '128³'),
  rate: rateSetting(2e-3, 'Learning rate'),
  ...adversarialSettings,
  comparesBatch: adversarialSettings.comparesBatch.default(true),
});
type StyleGanConfig = z.output<typeof styleGanConfig>;

export const styleGan: GeneratorEntry<typeof styleGanConfig> = {
  kind: 'generator',
  id: 'style-gan',
  title: 'StyleGAN 3-D',
  purpose:
    'Learns coarse to fine like the progressive GAN, with styles in place of a code at the root: truncation sets how close to the average scans are.',
  citation:
    'Karras T, Laine S, Aila T. CVPR 2019, arXiv 1812.04948. Three dimensions: Barahlush A, brainMRIGenerativeModels.',
  differences: [
    'Adaptive instance normalisation takes the deviation of each map over all of its voxels (in the released code, the deviation of deviations).',
    'The discriminator has no noise; each resolution has its own layer to and from voxels.',
    'Upsampling is nearest, smoothed after the convolution, which but at the faces is the trilinear one before it; the discriminator halves before the activation.',
    'A resolution is trained and faded in by the number of scans seen (published: by epochs).',
    'Synthesis uses a moving average of the generator; styles are mixed in training; truncation draws styles toward their average.',
  ],
  grids: [16, 32, 64, 128],
  presets: [
    {
      id: 'look',
      title: 'First look',
      config: {
        maps: 16,
        latent: 32,
        kimg: 0.6,
        batch8: 8,
        batch16: 8,
        batch32: 4,
        mixing: 0,
        comparesBatch: true,
        averageDecay: 0.99,
      },
    },
    { id: 'quick', title: 'Quick', config: {} },
    { id: 'standard', title: 'Standard', config: { schedule: 'standard' } },
    { id: 'plain', title: 'No mixing, no average', config: { mixing: 0, averageDecay: 0 } },
  ],
  defaultPreset: 'quick',
  configSchema: styleGanConfig,
  batchSize: (config) => config.batch8, // then by resolution
  needsHeldOut,
  levels: (config, { grid, scans }) => levelsOf(growthOf(config, grid, scans), batchesOf(config)),
  create: (request) => createStyleGan(request),
};

function growthOf(config: StyleGanConfig, grid: number, scans: number): Growth {
  return { firstSide, lastSide: grid, phase: phaseLength(config, scans) };
}

/** In the order of the resolutions. */
function batchesOf({ batch8, batch16, batch32, batch64, batch128 }: StyleGanConfig): Readonly<Record<string, number>> {
  return { batch8, batch16, batch32, batch64, batch128 };
}

interface StyleDraws extends NamedTensors {
  readonly codes: tf.Tensor2D;
  /** Where styles are mixed. */
  readonly others?: tf.Tensor2D;
  /** The layer from which a scan has the other style: [b, 1]. */
  readonly crossings?: tf.Tensor2D;
}

const noiseOf = (layer: string): string => `${layer}.noise`;

function createStyleGan(request: CreateGenerator<StyleGanConfig>): GeneratorModel {
  const { config, grid, seed, scans = 0, memory } = request;
  registerVolumeGradients();
  const origin = createRandom(seed).fork('weights');
  const { maps, latent, comparesBatch } = config;
  const generator = createStyleGenerator({ grid, latent, maps }, origin.fork('generator'));
  const averageStyle = tf.tidy(() => tf.variable(tf.zeros([latent]), false));
  Object.assign(generator.network.buffers, { averageStyle });
  const discriminator = createGrowingDiscriminator(
    { grid, mapsAt: () => maps, units: maps, comparesBatch, classes: 0 },
    origin.fork('discriminator'),
  );

  const averaging = createMeans(({ style }) => {
    moveToward({ averageStyle }, { averageStyle: style as tf.Tensor }, styleMomentum);
  });

  /** Codes, where a scan changes from one to the other, and noise. */
  const draw = ({ count, stage, random }: DrawRequest): StyleDraws => {
    const codes = drawLatents(random, count, latent);
    const others = config.mixing === 0 ? null : drawLatents(random, count, latent);
    const layers = styledLayers(stage);
    // From this layer on a scan has the other style; those that are not mixed never do.
    const crossings = Array.from({ length: count }, () =>
      others !== null && random.uniform() < config.mixing ? 1 + random.integer(layers - 1) : layers,
    );
    const noise = noiseLayers(stage).map(({ name, side }) => [
      noiseOf(name),
      drawNoise(random, [count, side, side, side]),
    ]);
    return {
      codes,
      ...(others === null ? {} : { others, crossings: tf.tensor2d(crossings, [count, 1]) }),
      ...(Object.fromEntries(noise) as NamedTensors),
    };
  };

  /** Scans as training sees them: styles of two codes in some; moves the average style along. */
  const sample = (leaves: NamedTensors, { drawn, stage }: SampleRequest<StyleDraws>): tf.Tensor5D => {
    const { codes, others, crossings } = drawn;
    const style = generator.map(leaves, codes);
    averaging.note('style', () => tf.mean(style, 0), codes.shape[0]);
    const noise = (name: string): tf.Tensor5D => drawn[noiseOf(name)] as tf.Tensor5D;
    if (others === undefined || crossings === undefined)
      return generator.synthesize(leaves, { stage, styleOf: () => style, noise });
    const other = generator.map(leaves, others);
    const styleOf = (layer: number): tf.Tensor2D => {
      const share = tf.cast(tf.greater(crossings, layer), 'float32'); // [b, 1]
      return tf.add(tf.mul(style, share), tf.mul(other, tf.sub(1, share)));
    };
    return generator.synthesize(leaves, { stage, styleOf, noise });
  };

  const gan = createGrowingGan({
    generator: { network: generator.network, draw, sample, observers: [averaging] },
    discriminator,
    growth: growthOf(config, grid, scans),
    batchAt: bySide(firstSide, Object.values(batchesOf(config))),
    rateAt: () => config.rate,
    settings: config,
    classes: 0,
    classWeight: 0,
    scans,
    seed,
    memory,
  });

  /** `randomOf` gives the source of a scan's noise. */
  const render = (codes: tf.Tensor2D, truncation: number, randomOf: (index: number) => Random): tf.Tensor5D =>
    gan.render(codes, (leaves, code, stage, index) => {
      const style = generator.map(leaves, code);
      const drawn = tf.add<tf.Tensor2D>(averageStyle, tf.mul(tf.sub(style, averageStyle), truncation));
      const random = randomOf(index);
      const noise = (_: string, side: number): tf.Tensor5D => drawNoise(random, [1, side, side, side]);
      return generator.synthesize(leaves, { stage, styleOf: () => drawn, noise });
    });

  return {
    ...gan,
    latentLength: latent,
    generateFrom: (codes) => render(codes, 1, () => createRandom(0).fork('noise')), // the same noise for every code
    generate: (request) =>
      tf.tidy(() =>
        render(latentsOfSeeds({ ...request, truncation: 1 }, latent), request.truncation, (index) =>
          createRandom(request.seed + index).fork('noise'),
        ),
      ),
  };
}
