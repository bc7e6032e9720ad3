import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

/** Shows a study with `query: {study}`, of a closed one a `case` in the viewer; the form of a new one with `new`. */
export const page: Page = {
  name: 'study',
  path: '/study',
  titleKey: 'study.title',
  icon: icons.study,
  needsProject: true,
  component: () => import('./StudyPage.vue'),
};
