/** Dry runs by what was measured: the same model, dataset and settings are measured once. */
import type { CommandInput, Measurement } from '#contract/commands.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { call } from '#bridge/bridge.ts';
import { shallowReactive } from 'vue';

export type MeasureInput = CommandInput<'model.measure'>;
export type MeasureState =
  | { readonly kind: 'measuring' }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'failed'; readonly error: ShownError };

const keyOf = (input: MeasureInput): string =>
  JSON.stringify({ ...input, overrides: Object.entries(input.overrides).toSorted(([a], [b]) => a.localeCompare(b)) });

/** Kept while the window is open. */
const states = shallowReactive(new Map<string, MeasureState>());

export function useMeasurements() {
  return {
    stateOf: (input: MeasureInput): MeasureState | null => states.get(keyOf(input)) ?? null,

    async measure(input: MeasureInput): Promise<void> {
      const key = keyOf(input);
      states.set(key, { kind: 'measuring' });
      try {
        states.set(key, { kind: 'measured', measurement: await call('model.measure', input) });
      } catch (thrown) {
        const error = shownError(thrown);
        if (error.code === 'cancelled') states.delete(key);
        else states.set(key, { kind: 'failed', error });
      }
    },

    /** The one that is going on: there is one at a time. */
    async stop(): Promise<void> {
      await call('model.stopMeasuring', {});
    },
  };
}
