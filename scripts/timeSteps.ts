/** What the benches beside PyTorch's have in common: the process of a job, a run that warms up, then timed ones. */
import { spawnSync } from 'node:child_process';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { WorkerTask } from '#contract/jobs.ts';
import { workerEnvironment } from '#backend/jobs/workerEnvironment.ts';

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
 * memory. Processor time says what the work costs where the machine is shared.
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
  await run(); // compiles kernels, fills caches
  const seconds: number[] = [];
  const processor: number[] = [];
  for (let count = 0; count < runs; count++) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    await run();
    seconds.push((performance.now() - started) / 1000);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1e6);
  }
  const sorted = seconds.toSorted((a, b) => a - b);
  const rounded = (value: number | undefined): number => Number((value ?? Number.NaN).toFixed(3));
  const result = {
    case: name,
    engine: `${engine.name} ${engine.version} (${engine.device})`,
    s: rounded(sorted[0]),
    median: rounded(sorted[Math.floor(runs / 2)]),
    cpu_s: rounded(Math.min(...processor)),
    peak_mib: Math.floor(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
