/** The last examination of this machine: kept while the window is open, for it takes seconds. */
import { call } from '#bridge/bridge.ts';
import type { DoctorReport } from '#contract/commands.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

export const useDoctor = defineStore('doctor', () => {
  const report = shallowRef<DoctorReport | null>(null);
  const error = shallowRef<ShownError | null>(null);
  const isExamining = shallowRef(false);

  async function examine(): Promise<void> {
    if (isExamining.value) return;
    isExamining.value = true;
    error.value = null;
    try {
      report.value = await call('engine.doctor', {});
    } catch (thrown) {
      error.value = shownError(thrown);
    } finally {
      isExamining.value = false;
    }
  }

  return { report, error, isExamining, examine };
});
