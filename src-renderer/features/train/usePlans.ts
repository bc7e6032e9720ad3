/** Plans by what was planned: the same model, dataset and settings are measured once. */
import type { CommandInput } from '#contract/commands.ts';
import type { PlanWay, TrainingPlan } from '#contract/plan.ts';
import type { JobProgress } from '#contract/records.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { shallowReactive, shallowRef, type ShallowRef } from 'vue';

export type PlanInput = CommandInput<'model.plan'>;
export type PlanState =
  | { readonly kind: 'planning' }
  | { readonly kind: 'planned'; readonly plan: TrainingPlan }
  | { readonly kind: 'failed'; readonly error: ShownError };

export const planKey = (input: PlanInput): string =>
  JSON.stringify({ ...input, overrides: Object.entries(input.overrides).toSorted(([a], [b]) => a.localeCompare(b)) });

/** Kept while the window is open. */
const states = shallowReactive(new Map<string, PlanState>());
/** Of the one that is going on. */
const progress = shallowRef<JobProgress | null>(null);

export interface Plans {
  readonly progress: Readonly<ShallowRef<JobProgress | null>>;
  /** null: not planned. */
  stateOf(input: PlanInput): PlanState | null;
  plan(input: PlanInput): Promise<void>;
  /** Ends the one that is going on: there is one at a time. */
  stop(): Promise<void>;
}

export function usePlans(): Plans {
  useEvent((event) => {
    if (event.type === 'plan.progressed') progress.value = event.progress;
  });
  return {
    progress,
    stateOf: (input) => states.get(planKey(input)) ?? null,

    async plan(input) {
      const key = planKey(input);
      progress.value = null;
      states.set(key, { kind: 'planning' });
      try {
        states.set(key, { kind: 'planned', plan: await call('model.plan', input) });
      } catch (thrown) {
        const error = shownError(thrown);
        if (error.code === 'cancelled') states.delete(key);
        else states.set(key, { kind: 'failed', error });
      }
    },

    async stop() {
      await call('model.stopPlanning', {});
    },
  };
}

/** What a card says of a plan: an update at the finest resolution; null where nothing fits. */
export function figuresOf({
  choice,
  levels,
}: TrainingPlan): { readonly way: PlanWay; readonly seconds: number } | null {
  const last = levels.at(-1);
  return choice.kind === 'fits' && last !== undefined ? { way: choice, seconds: last.seconds.expected } : null;
}
