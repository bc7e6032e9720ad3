import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

/** Opens on a volume when asked with `query: {open: 'volume:<id>'}` or `artifact:<id>`; `compare` adds a second. */
export const page: Page = {
  name: 'view',
  path: '/view',
  titleKey: 'view.title',
  icon: icons.view,
  needsProject: false,
  component: () => import('./ViewPage.vue'),
};
