/** The doctor's part that needs the engine: does it load, does it compute the right thing, how fast, with what memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { freemem, availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineReport, TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { checkSides } from '#imaging/sides/checkSides.ts';
import { mending } from '#shared/installation.ts';
import type { WorkerContext } from './context.ts';
import { convolutionFlops, findConvolutionFault, prepareConvolution } from './doctorConvolution.ts';
import { findGpus } from './gpus.ts';
import { memoryBytes } from './memory.ts';
import { loadTensorFlow } from './tensorflow.ts';

type Check = Extract<WorkerMessage, { type: 'doctor' }>['checks'][number];

const measuredMs = 1000;
/** One training step of the smallest useful network needs about this much. */
const leastMemoryBytes = 2e9;

/** Throws AppError 'engine-missing' when there is no engine to examine. */
export async function doctor(_task: TaskOf<'doctor'>, context: WorkerContext): Promise<void> {
  const started = performance.now();
  const { engine } = await loadTensorFlow();
  const loadedMs = performance.now() - started;
  const checks: Check[] = [
    {
      name: 'engine',
      ok: true,
      detail: `TensorFlow ${engine.version} on ${engine.device}, loaded in ${(loadedMs / 1000).toFixed(1)} s`,
    },
    await checkGpu(engine),
    checkConvolution(),
    checkThreads(),
    checkMemory(),
    await checkLeftAndRight(),
  ];
  context.send({ type: 'doctor', engine, checks });
}

async function checkGpu(engine: EngineReport): Promise<Check> {
  const name = 'gpu';
  if (engine.device !== 'CPU') {
    return {
      name,
      ok: true,
      detail:
        engine.devices
          .slice(1)
          .map(({ name: gpu, memoryBytes: bytes }) => `${gpu}, ${gigabytes(bytes ?? 0)}`)
          .join('; ') || 'in use',
    };
  }
  const present = (await findGpus())[0];
  if (present === undefined) return { name, ok: true, detail: 'none found; training runs on the CPU' };
  const advice = `${mending.gpu}, the NVIDIA driver is too old (525 or newer is needed)`;
  return { name, ok: true, detail: `${present.name} is here but not used: ${advice}` };
}

/** About a second of convolutions with their gradients, whose values are known. */
function checkConvolution(): Check {
  const convolution = prepareConvolution();
  try {
    const fault = findConvolutionFault(convolution.compute());
    if (fault !== null)
      return {
        name: 'convolution',
        ok: false,
        detail: `${fault}. The engine computes wrongly here: ${mending.installation}, and report this.`,
      };
    convolution.exercise(); // the first run of an operation prepares it
    const started = performance.now();
    let count = 0;
    for (; performance.now() - started < measuredMs; count++) convolution.exercise();
    const seconds = (performance.now() - started) / 1000;
    const gigaflops = (count * convolutionFlops) / seconds / 1e9;
    return {
      name: 'convolution',
      ok: true,
      detail: `value and gradients as known; ${gigaflops.toFixed(0)} GFLOP/s over ${seconds.toFixed(1)} s`,
    };
  } finally {
    convolution.dispose();
  }
}

function checkThreads(): Check {
  const cores = availableParallelism();
  const asked = process.env['TF_NUM_INTRAOP_THREADS'];
  return {
    name: 'threads',
    ok: true,
    detail: asked === undefined ? `${cores}, every core` : `${asked} of ${cores} (TF_NUM_INTRAOP_THREADS)`,
  };
}

function checkMemory(): Check {
  const total = memoryBytes();
  const ok = total >= leastMemoryBytes;
  const detail = `${gigabytes(total)}, of the machine ${gigabytes(freemem())} free`;
  return {
    name: 'memory',
    ok,
    detail: ok ? detail : `${detail}: too little to train; at least ${gigabytes(leastMemoryBytes)} are needed`,
  };
}

/** A made-up scan of which one knows what is left, through every format from file to export. */
async function checkLeftAndRight(): Promise<Check> {
  const name = 'left and right';
  const folder = await mkdtemp(join(tmpdir(), 'doppel-sides-')).catch(() => null);
  if (folder === null)
    return {
      name,
      ok: false,
      detail: 'not tried: the folder for temporary files cannot be written to. Make room there.',
    };
  try {
    const { faults, chains } = await checkSides(folder);
    const [first] = faults;
    if (first === undefined)
      return { name, ok: true, detail: `kept from file to export, in ${String(chains)} formats and orientations` };
    const more = faults.length === 1 ? '' : `, and ${String(faults.length - 1)} others`;
    return {
      name,
      ok: false,
      detail: `A phantom as ${first}${more}: import nothing here; ${mending.installation}, and report this.`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
