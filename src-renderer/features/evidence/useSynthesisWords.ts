/** Scans that the project has made, as one chooses them: how many, and when. */
import { formatMomentShort } from '#ui/moment.ts';
import { useI18n } from 'vue-i18n';
import type { Synthesis } from './setupState.ts';

export function useSynthesisWords(): (synthesis: Synthesis) => string {
  const { t, n, locale } = useI18n();
  return ({ count, createdAt }) =>
    t('evidence.setup.synthesis', {
      scans: t('evidence.scans', { n: n(count) }, count),
      when: formatMomentShort(createdAt, locale.value),
    });
}
