import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

export const page: Page = {
  name: 'train',
  path: '/train',
  titleKey: 'train.title',
  icon: icons.train,
  needsProject: true,
  component: () => import('./TrainPage.vue'),
};
