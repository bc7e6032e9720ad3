import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

export const page: Page = {
  name: 'jobs',
  path: '/jobs',
  titleKey: 'jobs.title',
  icon: icons.jobs,
  needsProject: true,
  component: () => import('./JobsPage.vue'),
};
