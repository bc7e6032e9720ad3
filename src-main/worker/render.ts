/** The network's own output for codes that are given: no space, no intensities, one volume in memory at a time. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { openNpy, writeNpy, type NpyFile } from './npy.ts';
import { openGenerator, type OpenedGenerator } from './openGenerator.ts';
import { loadTensorFlow } from './tensorflow.ts';

/** Codes [n, latent] (.npy) → [n, d, h, w, 1] in [-1, 1], 32-bit floats (.npy). */
export async function render(task: TaskOf<'render'>, context: WorkerContext): Promise<void> {
  const { request, checkpointDir, checkpointSha256 } = task;
  const { tf: engineTf, engine } = await loadTensorFlow();
  registerNativeKernels(engineTf);
  context.send({ type: 'device', device: engine.device, engine: `${engine.name} ${engine.version}` });
  const opened = await openGenerator(checkpointDir, checkpointSha256);
  try {
    const codes = await openNpy(request.latents);
    try {
      const [count = 0] = requireCodes(opened, codes);
      const { grid } = opened.checkpoint;
      await mkdir(dirname(request.out), { recursive: true });
      await writeNpy(request.out, [count, grid, grid, grid, 1], volumesOfCodes(opened, codes, count, context));
    } finally {
      await codes.close();
    }
    const sha256 = await sha256OfFile(request.out);
    const { iteration } = opened.checkpoint;
    context.send({ type: 'artifact', kind: 'raw-output', path: request.out, sha256, iteration, seed: null });
  } finally {
    opened.model.dispose();
  }
}

function requireCodes({ model, checkpoint }: OpenedGenerator, { shape }: NpyFile): readonly number[] {
  const { latentLength, generateFrom } = model;
  if (latentLength === undefined || generateFrom === undefined)
    throw new AppError('checkpoint-mismatch', `${checkpoint.modelId} does not make its scans from one code each, so none can be given.`); // prettier-ignore
  if (checkpoint.condition !== null)
    throw new AppError('checkpoint-mismatch', `Checkpoint ${checkpoint.id} is conditional on ${checkpoint.condition.column}: codes alone do not make its scans. Use --count and --out.`); // prettier-ignore
  if (shape.length === 2 && shape[1] === latentLength && (shape[0] ?? 0) > 0) return shape;
  throw new AppError(
    'bad-input',
    `The latents are [${shape.join(', ')}]; checkpoint ${checkpoint.id} needs [n, ${String(latentLength)}].`,
  );
}

async function* volumesOfCodes(
  { model }: OpenedGenerator,
  codes: NpyFile,
  count: number,
  context: WorkerContext,
): AsyncGenerator<Float32Array> {
  const started = performance.now();
  for (let index = 0; index < count; index++) {
    if (context.isCancelled()) throw cancelledError();
    const code = await codes.readRow(index);
    const volume = tf.tidy(() => model.generateFrom?.(tf.tensor2d(code, [1, code.length]))) as tf.Tensor5D;
    const values = (await volume.data()) as Float32Array;
    volume.dispose();
    yield values;
    const done = index + 1;
    const secondsLeft = ((performance.now() - started) / 1000 / done) * (count - done);
    context.send({ type: 'progress', progress: { done, total: count, unit: 'volumes', secondsLeft, note: '' } });
  }
}
