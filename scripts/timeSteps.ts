/** What the benches beside PyTorch's have in common: the process of a job, a run that warms up, then timed ones. */
import { spawnSync } from 'node:child_process';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { WorkerTask } from '#contract/jobs.ts';
import { workerEnvironment } from '#backend/jobs/workerEnvironment.ts';
import { kernelTable, watchKernels } from './kernelUse.ts';

export interface TimedCase {
  /** As `peers.py` calls it. */
  readonly name: string;
  /** The job whose process it runs in. */
  readonly job: WorkerTask['kind'];
  /** Timed ones, after the first. */
  readonly runs: number;
  /** Builds what is measured and gives what one run does. */
  prepare(tf: typeof TensorFlow): Promise<() => Promise<unknown>>;
}

const childMark = 'DOPPEL_BENCH_CHILD';

/**
 * Prints a JSON line: seconds a run by the clock (best, median), processor seconds of all cores (best), peak resident
 * memory, and what the run multiplies: 10⁹ operations, how many a processor second, and that as a share of what the
 * machine's own matrix product reached in the same minutes. Processor time says what the work costs where the machine is
 * shared. With `--profile` the costliest kernels of one run follow on stderr.
 */
export async function timeSteps(timed: TimedCase): Promise<void> {
  if (process.env[childMark] === '1') {
    await measure(timed);
    return;
  }
  // The allocator reads its settings when a process starts: measure in one that has those of the job.
  const env = { ...workerEnvironment(timed.job), [childMark]: '1' };
  const { status } = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

async function measure({ name, runs, prepare }: TimedCase): Promise<void> {
  const { loadTensorFlow } = await import('#worker/tensorflow.ts');
  const { registerNativeKernels } = await import('#worker/nativeKernels.ts');
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const run = await prepare(tf);
  const gflop = (await watchKernels(tf, run)).reduce((sum, use) => sum + use.gflop, 0); // also compiles, fills caches
  const peak = process.argv.includes('--profile') ? await profile(tf, run) : matrixProductRate(tf);
  const seconds: number[] = [];
  const processor: number[] = [];
  for (let count = 0; count < runs; count++) {
    const started = performance.now();
    processor.push(await processorSeconds(run));
    seconds.push((performance.now() - started) / 1000);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  const rounded = (value: number | undefined): number => Number((value ?? Number.NaN).toFixed(3));
  const leastProcessor = Math.min(...processor);
  const rate = gflop / leastProcessor;
  const result = {
    case: name,
    engine: `${engine.name} ${engine.version} (${engine.device})`,
    s: rounded(sorted[0]),
    median: rounded(sorted[Math.floor(runs / 2)]),
    cpu_s: rounded(leastProcessor),
    peak_mib: Math.floor(process.resourceUsage().maxRSS / 1024),
    gflop: Math.round(gflop),
    gflop_cpu_s: Math.round(rate),
    of_matmul: rounded(rate / Math.max(peak, matrixProductRate(tf))),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function processorSeconds(work: () => unknown): Promise<number> {
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

/** Prints the costliest kernels of a run; gives the matrix product's rate. */
async function profile(tf: typeof TensorFlow, run: () => Promise<unknown>): Promise<number> {
  process.stderr.write(kernelTable(await watchKernels(tf, run)));
  return matrixProductRate(tf);
}

const matrixSide = 3072;

/** 10⁹ operations a processor second of a matrix product, the best of a few. */
function matrixProductRate(tf: typeof TensorFlow): number {
  const matrix = tf.randomUniform<TensorFlow.Rank.R2>([matrixSide, matrixSide]);
  let least = Infinity;
  for (let count = 0; count < 4; count++) {
    const started = process.cpuUsage();
    tf.matMul(matrix, matrix).dispose();
    const { user, system } = process.cpuUsage(started);
    least = Math.min(least, (user + system) / 1e6);
  }
  matrix.dispose();
  return (2 * matrixSide ** 3) / 1e9 / least;
}
