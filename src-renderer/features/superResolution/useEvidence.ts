/** The super-resolution checkpoints of the project with what is known of them, kept up to date. */
import type { Evaluation, MetricSeries } from '#contract/commands.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { shallowRef, watch, type ShallowRef } from 'vue';
import { evidenceOf, type Evidence } from './evidence.ts';

export interface KnownEvidence {
  /** null until it is known. */
  readonly evidence: Readonly<ShallowRef<readonly Evidence[] | null>>;
  /** All of the project, the newest first. */
  readonly evaluations: Readonly<ShallowRef<readonly Evaluation[]>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  load(): Promise<void>;
}

export function useEvidence(): KnownEvidence {
  const current = useProject();
  const evidence = shallowRef<readonly Evidence[] | null>(null);
  const evaluations = shallowRef<readonly Evaluation[]>([]);
  const error = shallowRef<ShownError | null>(null);
  let asked = 0;

  async function load(): Promise<void> {
    const project = current.current?.path;
    asked += 1;
    const turn = asked;
    if (project === undefined) return;
    error.value = null;
    try {
      const [checkpoints, found] = await Promise.all([
        call('checkpoint.list', { project }),
        call('evaluation.list', { project }),
      ]);
      const finer = checkpoints.filter(({ kind }) => kind === 'super-resolution');
      const runs = [...new Set(finer.filter(({ dataset }) => dataset !== null).map(({ jobId }) => jobId))];
      const metrics = new Map<string, MetricSeries>(
        await Promise.all(runs.map(async (job) => [job, await call('job.metrics', { project, job })] as const)),
      );
      if (turn !== asked) return;
      evaluations.value = found;
      evidence.value = evidenceOf({ checkpoints: finer, evaluations: found, metrics });
    } catch (thrown) {
      if (turn === asked) error.value = shownError(thrown);
    }
  }
  watch(() => current.current?.path, load, { immediate: true });
  useEvent((event) => {
    if (event.project !== current.current?.path) return;
    const isEvaluated =
      event.type === 'job.changed' && event.job.kind === 'evaluate' && event.job.state === 'succeeded';
    if (event.type === 'checkpoint.written' || isEvaluated) void load();
  });
  return { evidence, evaluations, error, load };
}
