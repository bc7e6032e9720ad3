/** Loads TensorFlow into this process and says what was loaded. The only file that imports `@tensorflow/tfjs-node-gpu`. */
import { cpus } from 'node:os';
import util from 'node:util';
import type * as TensorFlow from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import type { EngineReport } from '#contract/jobs.ts';
import { mending } from '#shared/installation.ts';
import { findGpus } from './gpus.ts';
import { memoryBytes } from './memory.ts';

export interface LoadedTensorFlow {
  readonly tf: typeof TensorFlow;
  readonly engine: EngineReport;
}

export interface LoadOptions {
  /** Of the CPU, for one operation and between operations; without it TensorFlow takes every core. One makes sums repeatable. */
  readonly threads?: number;
}

/** What is used of the package's backend: its native binding knows the library's version. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * The engine, on a GPU where the installed library finds one, else on the CPU. `#models` finds the same instance when it
 * imports `@tensorflow/tfjs`. The library reads its settings once: the first call in a process decides.
 * Throws AppError 'engine-missing', in words that say how to mend it.
 */
export async function loadTensorFlow({ threads }: LoadOptions = {}): Promise<LoadedTensorFlow> {
  setEnvironment(threads);
  restoreOldUtil();
  try {
    await import('@tensorflow/tfjs-node-gpu');
  } catch (thrown) {
    throw new AppError('engine-missing', describeLoadError(thrown), { cause: thrown });
  }
  const tf = await import('@tensorflow/tfjs');
  const backend = tf.backend() as unknown as NativeBackend;
  return { tf, engine: await describeEngine(backend) };
}

function setEnvironment(threads: number | undefined): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'; // else TensorFlow takes all of the GPU's memory at once
  if (threads === undefined) return;
  process.env['TF_NUM_INTRAOP_THREADS'] = String(threads); // oneDNN works on these too: this build ignores OMP_NUM_THREADS
  process.env['TF_NUM_INTEROP_THREADS'] = String(threads);
}

/** The package calls two functions of `node:util` that Node 23 took away. */
function restoreOldUtil(): void {
  const old = util as unknown as {
    isNullOrUndefined?: (value: unknown) => boolean;
    isArray?: (value: unknown) => boolean;
  };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  old.isArray ??= (value) => Array.isArray(value);
}

async function describeEngine({ isUsingGpuDevice, binding }: NativeBackend): Promise<EngineReport> {
  const cpu = { name: cpus()[0]?.model.trim() ?? 'CPU', memoryBytes: memoryBytes() };
  const gpus = isUsingGpuDevice ? await findGpus() : [];
  // Of several, the binding takes the last one TensorFlow lists.
  const device = isUsingGpuDevice ? (gpus.at(-1)?.name ?? 'GPU') : 'CPU';
  return { name: 'tensorflow', version: binding.TF_Version, device, devices: [cpu, ...gpus] };
}

/** What a failure to load means to the user. */
export function describeLoadError(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const first = text.split('\n')[0] ?? text;
  if (text.includes('native addon module')) return `The engine's binding is missing: ${mending.installation}.`;
  if (/Cannot find (package|module)/.test(text))
    return `The engine's packages are missing (${first}): ${mending.installation}.`;
  if (
    /libtensorflow|\.dylib/.test(text) &&
    /cannot open shared object|no such file|Library not loaded|file too short|invalid ELF/i.test(text)
  ) {
    return `The engine's native library is missing or damaged (${first}): ${mending.installation}, which brings it again.`;
  }
  if (/GLIBC|GLIBCXX|CXXABI/.test(text)) {
    return `This system is too old for the engine (${first}). It needs glibc 2.27 or newer and its C++ library.`;
  }
  return `The engine does not load (${first}): ${mending.installation}; if that does not help, \`doppel doctor\` shows more.`;
}
