import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

export const page: Page = {
  name: 'data',
  path: '/data',
  titleKey: 'data.title',
  icon: icons.data,
  needsProject: true,
  component: () => import('./DataPage.vue'),
};
