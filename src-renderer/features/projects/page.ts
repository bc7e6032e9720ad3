import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

export const page: Page = {
  name: 'projects',
  path: '/projects',
  titleKey: 'projects.title',
  icon: icons.projects,
  needsProject: false,
  component: () => import('./ProjectsPage.vue'),
};
