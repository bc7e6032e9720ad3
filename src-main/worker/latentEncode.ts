/** The codes of all scans of a dataset: by the network's encoder, or by optimisation where it has none. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { EncodedScan, LatentEncoding } from '#contract/latent.ts';
import { sha256OfFile, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { createRandomFeatures } from '#models/features/randomFeatures.ts';
import { invertScan } from '#models/inference/invert.ts';
import type { GeneratorModel } from '#models/model.ts';
import { createRandom } from '#shared/random.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { readDatasetVolume } from './datasetVolume.ts';
import { codesName, decode, decodeTensor, encodingName, writeRows, type LabelledCode } from './latentCodes.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { openGenerator, type OpenedGenerator } from './openGenerator.ts';
import { loadTensorFlow } from './tensorflow.ts';

type Task = TaskOf<'latent-encode'>;
type Scan = Task['volumes'][number] & Pick<EncodedScan, 'label'>;

/** Writes encoding.json, codes.npy and codes.csv into the job's folder. */
export async function latentEncode(task: Task, context: WorkerContext): Promise<void> {
  const { tf: engineTf, engine } = await loadTensorFlow();
  registerNativeKernels(engineTf);
  context.send({ type: 'device', device: engine.device, engine: `${engine.name} ${engine.version}` });
  const opened = await openGenerator(task.checkpointDir, task.checkpointSha256);
  try {
    const { model, checkpoint } = opened;
    if (model.latentLength === undefined || model.generateFrom === undefined)
      throw new AppError('checkpoint-mismatch', `${checkpoint.modelId} does not make its scans from one code each: there is no latent space to explore.`); // prettier-ignore
    const encoder = model.encode === undefined ? createInverter(model, task) : createEncoder(model);
    const found: { scan: EncodedScan; code: Float32Array }[] = [];
    try {
      const scans = labelledScans(opened, task, context);
      const started = performance.now();
      for (const [index, scan] of scans.entries()) {
        const report = async (share: number): Promise<void> => {
          await setImmediate(); // lets a cancel in
          if (context.isCancelled()) throw cancelledError();
          const done = index + share;
          const secondsLeft = done === 0 ? null : ((performance.now() - started) / 1000 / done) * (scans.length - done);
          context.send({ type: 'progress', progress: { done, total: scans.length, unit: 'volumes', secondsLeft, note: '' } }); // prettier-ignore
        };
        await report(0);
        found.push(await encodeScan(scan, { model, grid: checkpoint.grid, encoder, report }));
      }
    } finally {
      encoder.dispose();
    }
    await writeEncoding(task, context, {
      codes: found.map(({ code }) => code),
      encoding: {
        checkpoint: task.request.checkpointId,
        modelId: checkpoint.modelId,
        dataset: task.dataset.name,
        grid: checkpoint.grid,
        spacingMm: task.dataset.spacingMm,
        latent: model.latentLength,
        way: model.encode === undefined ? 'optimisation' : 'encoder',
        steps: model.encode === undefined ? task.request.steps : null,
        seed: task.request.seed,
        scans: found.map(({ scan }) => scan),
      },
    });
  } finally {
    opened.model.dispose();
  }
}

/** With the class of each, for a conditional network; a scan of a class it does not know is left out, and told. */
function labelledScans({ checkpoint: { condition } }: OpenedGenerator, task: Task, context: WorkerContext): Scan[] {
  if (condition === null) return task.volumes.map((volume) => ({ ...volume, label: null }));
  const { column, values } = condition;
  const scans = task.volumes.flatMap((volume) => {
    const label = values.indexOf(String(volume.attributes[column]));
    return label === -1 ? [] : [{ ...volume, label }];
  });
  const missing = task.volumes.length - scans.length;
  if (missing > 0)
    context.send({ type: 'noticed', text: `${String(missing)} scans have no ${column} that the network knows, and get no code.` }); // prettier-ignore
  return scans;
}

interface Encoder {
  /** [1, d, h, w, 1] (the caller's) → its code; `report` is told which share of the work is done. */
  encode(real: tf.Tensor5D, scan: Scan, report: (share: number) => Promise<void>): Promise<Float32Array>;
  dispose(): void;
}

function createEncoder(model: GeneratorModel): Encoder {
  return {
    async encode(real) {
      const code = tf.tidy(() => model.encode?.(real)) as tf.Tensor2D;
      const values = Float32Array.from(await code.data());
      code.dispose();
      return values;
    },
    dispose: () => undefined,
  };
}

function createInverter(model: GeneratorModel, { request: { steps, seed } }: Task): Encoder {
  const features = createRandomFeatures();
  return {
    encode: (real, { id, label }, report) =>
      invertScan({
        generate: (code) => decodeTensor(model, code, label),
        length: model.latentLength ?? 0,
        scan: real,
        features,
        steps,
        random: createRandom(seed).fork(`inversion of ${id}`),
        onStep: (done) => report(done / steps),
      }),
    dispose: () => {
      features.dispose();
    },
  };
}

interface Encoding {
  readonly model: GeneratorModel;
  readonly grid: number;
  readonly encoder: Encoder;
  report(share: number): Promise<void>;
}

async function encodeScan(
  scan: Scan,
  { model, grid, encoder, report }: Encoding,
): Promise<{ scan: EncodedScan; code: Float32Array }> {
  const { data } = await readDatasetVolume(scan.path, grid);
  const real = tf.tensor5d(Float32Array.from(data), [1, grid, grid, grid, 1]);
  const code = await encoder.encode(real, scan, report).finally(() => {
    real.dispose();
  });
  const { id: volume, subject, session, split, label } = scan;
  const made = await decode(model, { code, label } satisfies LabelledCode);
  return { scan: { volume, subject, session, split, label, ...compareInBrain(data, made) }, code };
}

/** Over the voxels of the scan that are not background (exactly −1). */
function compareInBrain(scan: Float32Array, made: Float32Array): Pick<EncodedScan, 'rmse' | 'correlation'> {
  let [count, error, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0, 0];
  scan.forEach((value, at) => {
    if (value === -1) return;
    const other = made[at] ?? 0;
    count += 1;
    error += (value - other) ** 2;
    a += value;
    b += other;
    aa += value * value;
    bb += other * other;
    ab += value * other;
  });
  const spread = Math.sqrt((aa - a ** 2 / count) * (bb - b ** 2 / count));
  return { rmse: Math.sqrt(error / count), correlation: spread > 0 ? (ab - (a * b) / count) / spread : 0 };
}

interface Written {
  readonly encoding: LatentEncoding;
  readonly codes: readonly Float32Array[];
}

async function writeEncoding(task: Task, context: WorkerContext, { encoding, codes }: Written): Promise<void> {
  const [npy, csv, json] = [codesName, 'codes.csv', encodingName].map((name) => join(task.jobDir, name)) as [string, string, string]; // prettier-ignore
  await writeRows(npy, codes);
  const heading = ['volume', 'subject', 'session', 'split', ...Array.from({ length: encoding.latent }, (_, at) => `z${String(at)}`)]; // prettier-ignore
  const lines = encoding.scans.map(({ volume, subject, session, split }, at) =>
    [volume, quoted(subject), quoted(session ?? ''), split, ...(codes[at] ?? [])].join(','),
  );
  await writeFileAtomic(csv, `${[heading.join(','), ...lines].join('\n')}\n`);
  await writeFileAtomic(json, `${JSON.stringify(encoding, null, 2)}\n`);
  for (const path of [npy, csv, json])
    context.send({ type: 'artifact', kind: 'latent-codes', path, sha256: await sha256OfFile(path), iteration: null, seed: task.request.seed }); // prettier-ignore
}

/** RFC 4180. */
const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
