/** What the user has set, kept by the shell; the theme is applied as it changes. */
import type { Settings } from '#contract/shell.ts';
import { defineStore } from 'pinia';
import { computed, onScopeDispose, shallowRef, watchEffect } from 'vue';
import { callShell } from './bridge.ts';
import { useReadingMode } from './readingMode.ts';

export const useSettings = defineStore('settings', () => {
  /** null until the shell has answered. */
  const current = shallowRef<Settings | null>(null);

  const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
  const isSystemDark = shallowRef(systemDark.matches);
  const follow = (event: MediaQueryListEvent): void => void (isSystemDark.value = event.matches);
  systemDark.addEventListener('change', follow);
  onScopeDispose(() => systemDark.removeEventListener('change', follow));

  const reading = useReadingMode();
  const isDark = computed(() => {
    if (reading.isOn) return true; // readers sit in a dark room
    const theme = current.value?.theme ?? 'system';
    return theme === 'dark' || (theme === 'system' && isSystemDark.value);
  });
  watchEffect(() => document.documentElement.classList.toggle('dark', isDark.value));

  async function load(): Promise<void> {
    current.value = await callShell('shell.settings', {});
  }

  async function change(changes: Partial<Settings>): Promise<void> {
    current.value = await callShell('shell.changeSettings', changes);
  }

  return { current, isDark, load, change };
});
