/** How long an iteration takes on this machine: a worker trains a few steps and says so. */
import type { Measurement } from '#contract/commands.ts';
import type { Attributes } from '#contract/records.ts';
import type { TrainingMemory } from '#contract/trainingMemory.ts';
import { runOnce } from '../jobs/runOnce.ts';

/** The first step builds kernels and is not counted; the mean of three others is within a few per cent. */
const steps = 4;

interface MeasureRequest {
  readonly modelId: string;
  readonly config: Record<string, unknown>;
  readonly memory: TrainingMemory | undefined;
  readonly grid: number;
  /** The training split, with absolute paths. */
  readonly volumes: { path: string; attributes: Attributes }[];
  /** Ends the measurement. */
  readonly signal: AbortSignal;
}

/** Throws what went wrong in the worker (`out-of-memory`, `engine-missing` …), `cancelled` when `signal` was set off. */
export async function measureModel({ signal, ...request }: MeasureRequest): Promise<Measurement> {
  const found = await runOnce({ kind: 'measure', ...request, steps }, 'measured', signal);
  const { secondsPerIteration, peakMemoryMb, device, steps: counted } = found;
  return { secondsPerIteration, peakMemoryMb, device, steps: counted };
}
