import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

export const page: Page = {
  name: 'settings',
  path: '/settings',
  titleKey: 'settings.title',
  icon: icons.settings,
  needsProject: false,
  component: () => import('./SettingsPage.vue'),
};
