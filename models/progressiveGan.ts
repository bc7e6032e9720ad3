/**
 * Progressive-growing GAN in three dimensions: it learns scans of 4³ voxels first, then of twice the side, and so on to
 * the grid of the dataset, each new resolution faded in.
 *
 * Karras et al. 2018 (arXiv 1710.10196), in three dimensions: Eklund 2019 (arXiv 1912.05357). Written from the papers.
 */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { createRandom } from '#shared/random.ts';
import { startSide } from './blocks/growing.ts';
import { createGrowingDiscriminator } from './blocks/growingDiscriminator.ts';
import { conditionSetting } from './conditionSetting.ts';
import { drawLatents, labelsOfSeeds, latentsOfSeeds, oneHotLabels, withLabels } from './inference/latents.ts';
import type { CreateGenerator, GeneratorEntry, GeneratorModel } from './model.ts';
import { registerVolumeGradients } from './ops/gradients.ts';
import { createProgressiveGenerator, mapsAtSide } from './progressiveGanNetworks.ts';
import { needsHeldOut } from './training/augmentation.ts';
import { createGrowingGan } from './training/growingGan.ts';
import { adversarialSettings, batchSetting, rateSetting, scheduleSettings } from './training/growingSettings.ts';
import { bySide, levelsOf, phaseLength, type Growth } from './training/growth.ts';

const progressiveGanConfig = z.strictObject({
  ...scheduleSettings,
  maps: z
    .int()
    .min(4)
    .max(512)
    .default(128)
    .describe('Most feature maps of a layer, which is also the length of a latent code'),
  batch4: batchSetting(16, '4³'),
  batch8: batchSetting(16, '8³'),
  batch16: batchSetting(16, '16³'),
  batch32: batchSetting(4, '32³'),
  batch64: batchSetting(4, '64³'),
  batch128: batchSetting(4, '128³ and above'),
  rate4: rateSetting(3e-4, 'Learning rate at 4³'),
  rate8: rateSetting(3e-4, 'Learning rate at 8³'),
  rate16: rateSetting(6e-4, 'Learning rate at 16³'),
  rate32: rateSetting(6e-4, 'Learning rate at 32³'),
  rate64: rateSetting(7e-4, 'Learning rate at 64³'),
  rate128: rateSetting(6e-4, 'Learning rate at 128³ and above'),
  ...adversarialSettings,
  condition: conditionSetting,
  classWeight: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe('Weight of telling the classes apart, where it is conditional'),
});
type ProgressiveGanConfig = z.output<typeof progressiveGanConfig>;

export const progressiveGan: GeneratorEntry<typeof progressiveGanConfig> = {
  kind: 'generator',
  id: 'progressive-gan',
  title: 'Progressive GAN',
  purpose:
    'Learns scans coarse to fine, from 4³ voxels up to the grid, each resolution faded in. Steady, sharp, and long: every resolution wants tens of thousands of scans shown.',
  citation:
    'Eklund A. arXiv 1912.05357 (three dimensions). Karras T, Aila T, Laine S, Lehtinen J. ICLR 2018, arXiv 1710.10196.',
  differences: [
    'A phase is as long as the number of training scans allows; the paper preset is of the published length.',
    'Resolution, fade and batch follow from the scans seen at every iteration (published: after every fourth pair of updates).',
    'The moving average forgets its start faster over the first iterations.',
    'Batches of the quick and standard presets are smaller at 4³ and 8³, where the published ones are for four GPUs.',
    'Latent codes are brought to one length, so truncation changes nothing.',
  ],
  grids: [16, 32, 64, 128, 256],
  presets: [
    {
      id: 'look',
      title: 'First look',
      config: {
        maps: 16,
        kimg: 0.6,
        batch4: 8,
        batch8: 8,
        batch16: 8,
        rate4: 2e-3,
        rate8: 2e-3,
        rate16: 2e-3,
        rate32: 2e-3,
        comparesBatch: true,
        averageDecay: 0.99,
      },
    },
    { id: 'quick', title: 'Quick', config: {} },
    { id: 'standard', title: 'Standard', config: { schedule: 'standard', batch4: 64, batch8: 64 } },
    { id: 'paper', title: 'Eklund 2019', config: { schedule: 'paper', batch4: 512, batch8: 256 } },
  ],
  defaultPreset: 'quick',
  configSchema: progressiveGanConfig,
  hasTruncation: () => false,
  batchSize: (config) => config.batch4, // then by resolution
  levels: (config, { grid, scans }) => levelsOf(growthOf(config, grid, scans), batchesOf(config)),
  condition: (config) => config.condition,
  needsHeldOut,
  create: (request) => createProgressiveGan(request),
};

function growthOf(config: ProgressiveGanConfig, grid: number, scans: number): Growth {
  return { firstSide: startSide, lastSide: grid, phase: phaseLength(config, scans) };
}

/** In the order of the resolutions. */
function batchesOf(config: ProgressiveGanConfig): Readonly<Record<string, number>> {
  const { batch4, batch8, batch16, batch32, batch64, batch128 } = config;
  return { batch4, batch8, batch16, batch32, batch64, batch128 };
}

function createProgressiveGan(request: CreateGenerator<ProgressiveGanConfig>): GeneratorModel {
  const { config, grid, seed, scans = 0, classes = 0 } = request;
  registerVolumeGradients();
  const origin = createRandom(seed).fork('weights');
  const { maps, comparesBatch } = config;
  const generator = createProgressiveGenerator({ grid, maps, classes }, origin.fork('generator'));
  const discriminator = createGrowingDiscriminator(
    { grid, mapsAt: (side) => mapsAtSide(side, maps), units: maps, comparesBatch, classes },
    origin.fork('discriminator'),
  );
  const { rate4, rate8, rate16, rate32, rate64, rate128 } = config;
  const gan = createGrowingGan({
    generator: {
      network: generator.network,
      draw: ({ count, random }) => ({ codes: drawLatents(random, count, maps) }),
      sample: (leaves, { drawn, stage, classes: oneHot }) =>
        generator.generate(leaves, withLabels(drawn.codes, oneHot), stage),
    },
    discriminator,
    growth: growthOf(config, grid, scans),
    batchAt: bySide(startSide, Object.values(batchesOf(config))),
    rateAt: bySide(startSide, [rate4, rate8, rate16, rate32, rate64, rate128]),
    settings: config,
    classes,
    classWeight: config.classWeight,
    scans,
    seed,
    memory: request.memory,
  });
  const generateFrom = (codes: tf.Tensor2D, labels?: readonly number[]): tf.Tensor5D =>
    gan.render(codes, (leaves, code, stage, index) => {
      const oneHot = oneHotLabels(labels?.slice(index, index + 1), { count: 1, classes });
      return generator.generate(leaves, withLabels(code, oneHot), stage);
    });

  return {
    ...gan,
    latentLength: maps,
    generateFrom,
    generate: (asked) => tf.tidy(() => generateFrom(latentsOfSeeds(asked, maps), labelsOfSeeds(asked, classes))),
  };
}
