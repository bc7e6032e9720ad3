/** A system notification when a job ends while the user looks elsewhere. */
import { callShell } from '#bridge/bridge.ts';
import { useJobs } from '#bridge/jobStore.ts';
import { onScopeDispose } from 'vue';
import { useI18n } from 'vue-i18n';
import { useJobWords } from './words.ts';

/** Call once, in the frame of the window. */
export function useAnnounceEnd(): void {
  const { t } = useI18n();
  const words = useJobWords();
  onScopeDispose(
    useJobs().onEnded(({ job }) => {
      if (document.hasFocus() || job.kind === 'scan') return;
      const title = t('jobs.ended', { kind: words.kind(job), state: t(`ui.state.${job.state}`) });
      // A system without notifications is no fault: the jobs page says the same.
      void callShell('shell.notify', { title, body: job.error?.message ?? words.about(job) }).catch(() => undefined);
    }),
  );
}
