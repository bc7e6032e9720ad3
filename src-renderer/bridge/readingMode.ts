/** Whether a reader judges the scans of a study: then the window shows, and the shell tells it, nothing else. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { callShell } from './bridge.ts';

export const useReadingMode = defineStore('readingMode', () => {
  const isOn = ref(false);

  async function set(wanted: boolean): Promise<void> {
    await callShell('shell.setReading', { isOn: wanted });
    isOn.value = wanted;
  }

  return { isOn, begin: () => set(true), end: () => set(false) };
});
