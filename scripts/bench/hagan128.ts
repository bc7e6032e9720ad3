/**
 * One training iteration of HA-GAN at 128³, batch 2, latent 1024, 32-bit floats. The work is that of the PyTorch
 * reference: one update each of the discriminator, the generator and both encoders, on a random slab of 16 slices.
 */
import { timeSteps } from '../timeSteps.ts';

const batch = 2;
const grid = 128;

await timeSteps({
  name: 'hagan128',
  job: 'train',
  runs: 3,
  async prepare(tf) {
    const { haGan } = await import('#models/haGan.ts');
    const model = haGan.create({ config: haGan.configSchema.parse({ batch }), grid, seed: 0 });
    const shape: [number, number, number, number, number] = [batch, grid, grid, grid, 1];
    const real = tf.randomUniform<import('@tensorflow/tfjs').Rank.R5>(shape, -1, 1, 'float32', 0);
    return () => model.step(real);
  },
});
