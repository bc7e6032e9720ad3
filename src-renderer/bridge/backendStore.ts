/** How the backend process is doing, for whoever must wait for it or load again after it came back. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { useBackendState, type BackendState } from './bridge.ts';

export const useBackend = defineStore('backend', () => {
  const current = shallowRef<BackendState>({ state: 'running', error: null });
  /** Rises each time the backend runs again after it did not: what was loaded before may be old. */
  const starts = shallowRef(0);

  useBackendState((state) => {
    if (state.state === 'running' && current.value.state !== 'running') starts.value += 1;
    current.value = state;
  });

  return { current, starts, isRunning: computed(() => current.value.state === 'running') };
});
