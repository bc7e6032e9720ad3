import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

/** Shows a report with `query: {job}`, begins one with a `synthesis`; `show: 'check'` tells where files come from. */
export const page: Page = {
  name: 'evidence',
  path: '/evidence',
  titleKey: 'evidence.title',
  icon: icons.evidence,
  needsProject: true,
  component: () => import('./EvidencePage.vue'),
};
