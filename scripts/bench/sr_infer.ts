/**
 * A scan of 80×96×88 voxels made twice as fine by the SRGAN as published (resize-convolution, 32 features, 6 blocks,
 * batch normalisation with its running statistics), in tiles as the super-resolution job does it: seconds (best, median)
 * and peak resident memory, as one JSON line. The work is that of the PyTorch reference, which takes it in one pass.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerEnvironment } from '#backend/jobs/workerEnvironment.ts';

const timedRuns = 4;
const size = [80, 96, 88] as const;
const childMark = 'DOPPEL_BENCH_CHILD';

async function measure(): Promise<void> {
  const { loadTensorFlow } = await import('#worker/tensorflow.ts');
  const { registerNativeKernels } = await import('#worker/nativeKernels.ts');
  const { upscaleInTiles } = await import('#models/inference/upscaleInTiles.ts');
  const { srGan } = await import('#models/srGan.ts');
  const { createRandom } = await import('#shared/random.ts');
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const published = srGan.presets.find(({ id }) => id === 'published')?.config ?? {};
  const model = srGan.create({ config: srGan.configSchema.parse({ ...published, factor: 2 }), seed: 0 });
  const random = createRandom(0);
  const data = Float32Array.from({ length: size[0] * size[1] * size[2] }, () => 2 * random.uniform() - 1);
  const upscale = (): Promise<unknown> =>
    upscaleInTiles({
      model,
      factor: [2, 2, 2],
      low: { size, data },
      tile: null,
      onTile: () => Promise.resolve(),
    });

  await upscale(); // compiles kernels, fills caches
  const seconds: number[] = [];
  for (let run = 0; run < timedRuns; run++) {
    const started = performance.now();
    await upscale();
    seconds.push((performance.now() - started) / 1000);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  const rounded = (value: number | undefined): number => Number((value ?? Number.NaN).toFixed(3));
  const result = {
    case: 'sr_infer',
    engine: `${engine.name} ${engine.version} (${engine.device})`,
    s: rounded(sorted[0]),
    median: rounded(sorted[Math.floor(timedRuns / 2)]),
    peak_mib: Math.floor(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

// The allocator reads its settings when a process starts: measure in one that has those of a super-resolution job.
if (process.env[childMark] === '1') {
  await measure();
} else {
  const env = { ...workerEnvironment('super-resolve'), [childMark]: '1' };
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
