/**
 * A scan of 80×96×88 voxels made twice as fine by the SRGAN as published (resize-convolution, 32 features, 6 blocks,
 * batch normalisation with its running statistics), in tiles as the super-resolution job does it. The work is that of the
 * PyTorch reference, which takes it in one pass.
 */
import { timeSteps } from '../timeSteps.ts';

const size = [80, 96, 88] as const;

await timeSteps({
  name: 'sr_infer',
  job: 'super-resolve',
  runs: 4,
  async prepare() {
    const { upscaleInTiles } = await import('#models/inference/upscaleInTiles.ts');
    const { srGan } = await import('#models/srGan.ts');
    const { createRandom } = await import('#shared/random.ts');
    const published = srGan.presets.find(({ id }) => id === 'published')?.config ?? {};
    const model = srGan.create({ config: srGan.configSchema.parse({ ...published, factor: 2 }), seed: 0 });
    const random = createRandom(0);
    const data = Float32Array.from({ length: size[0] * size[1] * size[2] }, () => 2 * random.uniform() - 1);
    return () =>
      upscaleInTiles({
        model,
        factor: [2, 2, 2],
        low: { size, data },
        tile: null,
        onTile: () => Promise.resolve(),
      });
  },
});
