/**
 * One training iteration of SigmaRat 2 at 64³, batch 4, latent 500, 32-bit floats. The work is that of the PyTorch
 * reference: one update of generator and encoder, of the discriminator with two gradient penalties, of the code
 * discriminator with one.
 */
import { timeSteps } from '../timeSteps.ts';

const batch = 4;
const grid = 64;

await timeSteps({
  name: 'awgan64',
  job: 'train',
  runs: 5,
  async prepare(tf) {
    const { alphaWgan } = await import('#models/alphaWgan.ts');
    const config = alphaWgan.configSchema.parse({ batch });
    const model = alphaWgan.create({ config, grid, seed: 0 });
    const scans = alphaWgan.batchSize(config);
    const real = tf.randomUniform<import('@tensorflow/tfjs').Rank.R5>(
      [scans, grid, grid, grid, 1],
      -1,
      1,
      'float32',
      0,
    );
    return () => model.step(real);
  },
});
