/** What a training takes of memory and time, foretold from dry runs, each in a process of its own so that its peak is its own. */
import { AppError } from '#contract/errors.ts';
import type { DryRun, Measured, PlanChoice, PlanLevel, TrainingPlan } from '#contract/plan.ts';
import type { Attributes, JobProgress } from '#contract/records.ts';
import { plainMemory, type TrainingMemory } from '#contract/trainingMemory.ts';
import { limitOf, nextStep, type AskedRun, type PlanTask } from '#shared/planning/memoryPlan.ts';
import { estimateOf, timingOf, updateTime } from '#shared/planning/trainingTime.ts';
import { runOnce } from '../jobs/runOnce.ts';
import type { ModelEntry, TrainingLevel } from './loadRegistry.ts';

export interface PlanRequest {
  readonly entry: ModelEntry;
  /** Parsed by the model's schema, complete. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Voxels a side of the scans. */
  readonly grid: number;
  /** The training split, with absolute paths. */
  readonly volumes: readonly { readonly path: string; readonly attributes: Attributes }[];
  /** As if the device had so much; null: what it has. */
  readonly freeBytes: number | null;
  /** Ends the planning. */
  readonly signal: AbortSignal;
  report(progress: JobProgress): void;
}

/** Throws what went wrong in a worker (`engine-missing` …), `cancelled` when `signal` was set off; too little memory is no error. */
export async function planTraining(request: PlanRequest): Promise<TrainingPlan> {
  const { entry, grid } = request;
  const levels = levelsAt(request, grid);
  const [batch] = levels.slice(-1).map((level) => level.batch) as [number];
  const isGrowing = levels.length > 1;
  const available = process.availableMemory();
  const progress = createProgress(request, (batch > 1 ? 2 : 1) + (isGrowing ? 1 : 0));
  const measure = async (task: MeasureTask): Promise<Measured | null> => {
    progress.begin(`${String(task.side)}³`);
    const found = await tryRun(request, task, available);
    progress.end();
    return found;
  };
  const runs: DryRun[] = [];
  const dryRun = async (asked: AskedRun): Promise<Measured | null> => {
    const measured = await measure(taskOf(request, asked));
    runs.push({ ...asked, found: foundIn(measured) });
    return measured;
  };

  const first = await dryRun({ side: grid, batch: 1, recompute: false });
  const freeBytes = request.freeBytes ?? first?.freeBytes ?? available;
  const smaller = entry.kind === 'generator' ? entry.grids.filter((side) => side < grid).toSorted((a, b) => b - a) : [];
  const isGenerator = entry.kind === 'generator'; // those compute in pieces and activations again, super-resolution does neither
  const task: PlanTask = {
    batch,
    sides: [grid, ...smaller],
    canSplit: isGenerator,
    canRecompute: isGenerator,
    freeBytes,
  };
  for (;;) {
    const step = nextStep(task, runs);
    if (step.kind === 'measure') {
      await dryRun(step.run);
      continue;
    }
    const known = { device: first?.device ?? 'CPU', freeBytes, limitBytes: limitOf(task), runs };
    const { choice } = step;
    if (choice.kind === 'too-large') return { ...known, choice, levels: [] };
    const { pieces, recompute } = choice;
    const coarser = [...new Map(levels.filter(({ side }) => side < grid).map((level) => [level.side, level])).values()];
    const timed = coarser.length === 0 ? null : await measure({
      ...{ side: grid, config: request.config, memory: { pieces, recompute } },
      stages: coarser.map(({ moment }) => moment),
    }); // prettier-ignore
    return { ...known, choice, levels: timeLevels(levels, { choice, runs, coarser, timed }) };
  }
}

/** One level where a network does not grow. */
function levelsAt({ entry, config, volumes }: PlanRequest, grid: number): readonly TrainingLevel[] {
  const parsed: unknown = entry.configSchema.parse(config);
  const levels = entry.kind === 'generator' ? entry.levels?.(parsed, { grid, scans: volumes.length }) : undefined;
  if (levels !== undefined) return levels;
  const batchSetting = 'batch';
  return [{ side: grid, batch: Number(config[batchSetting]), batchSetting, scans: null, moment: 0 }];
}

interface MeasureTask {
  readonly side: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly memory: TrainingMemory;
  readonly stages: readonly number[];
}

/** At the finest resolution, which takes the most memory. */
function taskOf(request: PlanRequest, { side, batch, recompute }: AskedRun): MeasureTask {
  const { batchSetting, moment } = levelsAt(request, side).at(-1) as TrainingLevel;
  const config = { ...request.config, [batchSetting]: batch };
  return { side, config, memory: { ...plainMemory, recompute }, stages: [moment] };
}

/** Null: the memory ran out. */
async function tryRun(
  { entry, grid, volumes, signal }: PlanRequest,
  { side, config, memory, stages }: MeasureTask,
  mostBytes: number,
): Promise<Measured | null> {
  const task = {
    kind: 'measure',
    modelId: entry.id,
    config: { ...config },
    memory,
    ...{ grid, side, stages: [...stages], volumes: [...volumes] },
  } as const;
  try {
    return await runOnce(task, 'measured', { signal, mostBytes });
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'out-of-memory') return null;
    throw thrown;
  }
}

function foundIn(measured: Measured | null): DryRun['found'] {
  const found = measured?.found ?? null;
  const [samples] = found?.seconds ?? [];
  if (found === null || samples === undefined) return null;
  const { peakBytes, weightBytes } = found;
  return { peakBytes, weightBytes, ...timingOf(samples) };
}

interface Timed {
  readonly choice: Extract<PlanChoice, { kind: 'fits' }>;
  readonly runs: readonly DryRun[];
  /** One of each resolution below the last. */
  readonly coarser: readonly TrainingLevel[];
  /** What they took, in that order. */
  readonly timed: Measured | null;
}

function timeLevels(levels: readonly TrainingLevel[], { choice, runs, coarser, timed }: Timed): PlanLevel[] {
  const last = updateTime(choice, runs);
  return levels.flatMap(({ side, batch, scans }) => {
    const samples = timed?.found?.seconds[coarser.findIndex((level) => level.side === side)];
    const timing = samples === undefined ? last : timingOf(samples);
    return timing === null ? [] : [{ side, batch, scans, seconds: estimateOf(timing) }];
  });
}

/** Of dry runs: each takes about as long as those before it, as far as is known. */
function createProgress(
  { report }: Pick<PlanRequest, 'report'>,
  expected: number,
): {
  begin(note: string): void;
  end(): void;
} {
  const started = performance.now();
  let done = 0;
  const total = (): number => Math.max(expected, done + 1);
  return {
    begin(note) {
      const each = (performance.now() - started) / 1000 / Math.max(1, done);
      const secondsLeft = done === 0 ? null : each * (total() - done);
      report({ done, total: total(), unit: 'steps', secondsLeft, note });
    },
    end() {
      done++;
    },
  };
}
