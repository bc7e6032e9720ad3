/**
 * One training iteration of the published SRGAN, ×2, resize-convolution, 32 features, 6 blocks, batch normalisation, two
 * patches of 64³, 32-bit floats. The work is that of the PyTorch reference: one update of the discriminator, one of the
 * generator.
 */
import { timeSteps } from '../timeSteps.ts';

await timeSteps({
  name: 'sr_train',
  job: 'train',
  runs: 5,
  async prepare(tf) {
    const { srGan } = await import('#models/srGan.ts');
    const published = srGan.presets.find(({ id }) => id === 'published');
    const config = srGan.configSchema.parse({ ...published?.config, factor: 2, upsampler: 'resize' });
    const model = srGan.create({ config, seed: 0 });
    const { side, count } = srGan.patches(config);
    const high = tf.randomUniform<import('@tensorflow/tfjs').Rank.R5>(
      [count, side, side, side, 1],
      -1,
      1,
      'float32',
      0,
    );
    const low = tf.avgPool3d(high, 2, 2, 'valid');
    return () => model.step({ low, high });
  },
});
