/**
 * One training iteration of SigmaRat 2 at 64³, batch 4, latent 500, 32-bit floats: seconds (best, median) and peak
 * resident memory, as one JSON line. The work is that of the PyTorch reference: one update of generator and encoder,
 * of the discriminator with two gradient penalties, of the code discriminator with one.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '#backend/jobs/workerEnvironment.ts';

const timedSteps = 5;
const batch = 4;
const grid = 64;
const childMark = 'DOPPEL_BENCH_CHILD';

async function measure(): Promise<void> {
  const { loadTensorFlow } = await import('#worker/tensorflow.ts');
  const { registerNativeKernels } = await import('#worker/nativeKernels.ts');
  const { alphaWgan } = await import('#models/alphaWgan.ts');
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const config = alphaWgan.configSchema.parse({ batch });
  const model = alphaWgan.create({ config, grid, seed: 0 });
  const real = tf.randomUniform<import('@tensorflow/tfjs').Rank.R5>(
    [alphaWgan.batchSize(config), grid, grid, grid, 1],
    -1,
    1,
    'float32',
    0,
  );

  await model.step(real); // compiles kernels, fills caches
  const seconds: number[] = [];
  for (let step = 0; step < timedSteps; step++) {
    const started = performance.now();
    await model.step(real);
    seconds.push((performance.now() - started) / 1000);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  const rounded = (value: number | undefined): number => Number((value ?? Number.NaN).toFixed(3));
  const result = {
    case: 'awgan64',
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
