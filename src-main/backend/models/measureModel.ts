/** How long an iteration takes on this machine: a worker trains a few steps and says so. */
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '#contract/commands.ts';
import { AppError, toErrorShape } from '#contract/errors.ts';
import { describeCrash } from '../jobs/describeCrash.ts';
import { startWorker } from '../jobs/workerProcess.ts';

/** The first step builds kernels and is not counted; the mean of three others is within a few per cent. */
const steps = 4;

interface MeasureRequest {
  readonly modelId: string;
  readonly config: Record<string, unknown>;
  readonly grid: number;
  /** Absolute paths of the training split. */
  readonly volumes: string[];
  /** Ends the measurement. */
  readonly signal: AbortSignal;
}

/** Throws what went wrong in the worker (`out-of-memory`, `engine-missing` …), `cancelled` when `signal` was set off. */
export async function measureModel({ signal, ...request }: MeasureRequest): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'doppel-measure-'));
  const logFile = join(folder, 'log.txt');
  try {
    const found: Measurement[] = [];
    const log = openSync(logFile, 'a');
    const worker = startWorker({
      task: { kind: 'measure', ...request, steps },
      label: 'measure',
      log,
      onMessage: (message) => {
        if (message.type !== 'measured') return;
        const { secondsPerIteration, peakMemoryMb, device, steps: counted } = message;
        found.push({ secondsPerIteration, peakMemoryMb, device, steps: counted });
      },
      describeFault: toErrorShape,
    });
    closeSync(log);
    signal.addEventListener('abort', () => { worker.kill(); }, { once: true }); // prettier-ignore
    const end = await worker.ended;
    const [measurement] = found;
    if (end.final?.type === 'succeeded' && measurement !== undefined) return measurement;
    if (signal.aborted)
      throw new AppError('cancelled', 'The measurement was ended before its end, as asked or because Doppel closes.');
    const { code, message } = end.final?.type === 'failed' ? end.final.error : describeCrash(end, logFile, '');
    throw new AppError(code, message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
