/**
 * One training iteration of the published SRGAN, ×2, resize-convolution, 32 features, 6 blocks, batch normalisation, two
 * patches of 64³, 32-bit floats: seconds (best, median) and peak resident memory, as one JSON line. The work is that of
 * the PyTorch reference: one update of the discriminator, one of the generator.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '#backend/jobs/workerEnvironment.ts';

const timedSteps = 5;
const childMark = 'DOPPEL_BENCH_CHILD';

async function measure(): Promise<void> {
  const { loadTensorFlow } = await import('#worker/tensorflow.ts');
  const { registerNativeKernels } = await import('#worker/nativeKernels.ts');
  const { srGan } = await import('#models/srGan.ts');
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const published = srGan.presets.find(({ id }) => id === 'published');
  const config = srGan.configSchema.parse({ ...published?.config, factor: 2, upsampler: 'resize' });
  const model = srGan.create({ config, seed: 0 });
  const { side, count } = srGan.patches(config);
  const high = tf.randomUniform<import('@tensorflow/tfjs').Rank.R5>([count, side, side, side, 1], -1, 1, 'float32', 0);
  const low = tf.avgPool3d(high, 2, 2, 'valid');

  await model.step({ low, high }); // compiles kernels, fills caches
  const seconds: number[] = [];
  for (let step = 0; step < timedSteps; step++) {
    const started = performance.now();
    await model.step({ low, high });
    seconds.push((performance.now() - started) / 1000);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  const rounded = (value: number | undefined): number => Number((value ?? Number.NaN).toFixed(3));
  const result = {
    case: 'sr_train',
    engine: `${engine.name} ${engine.version} (${engine.device})`,
    s: rounded(sorted[0]),
    median: rounded(sorted[Math.floor(timedSteps / 2)]),
    peak_mib: Math.floor(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

// The allocator reads its settings when a process starts: measure in one that has those of a training job.
if (process.env[childMark] === '1') {
  await measure();
} else {
  const env = { ...workerEnvironment('train'), [childMark]: '1' };
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
