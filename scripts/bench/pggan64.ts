/**
 * One training iteration of the progressive GAN at 64³, the last resolution faded in, batch 1, 128 maps, 32-bit floats.
 * The work is that of the PyTorch reference: one update of the discriminator (WGAN-GP with drift), one of the generator.
 */
import { timeSteps } from '../timeSteps.ts';

const grid = 64;
/** Scans shown by when 64³ is faded in, at one scan a phase. */
const beyondGrowth = 1000;

await timeSteps({
  name: 'pggan64',
  job: 'train',
  runs: 3,
  async prepare(tf) {
    const { progressiveGan } = await import('#models/progressiveGan.ts');
    const config = progressiveGan.configSchema.parse({ maps: 128, batch64: 1, kimg: 0.001 });
    const model = progressiveGan.create({ config, grid, seed: 0 });
    model.counters?.restore({ ...model.counters.values(), imagesSeen: beyondGrowth });
    const real = tf.randomUniform<import('@tensorflow/tfjs').Rank.R5>([1, grid, grid, grid, 1], 0, 1, 'float32', 0);
    return () => model.step(real);
  },
});
