import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

export const page: Page = {
  name: 'synthesize',
  path: '/synthesize',
  titleKey: 'synthesize.title',
  icon: icons.synthesize,
  needsProject: true,
  component: () => import('./SynthesizePage.vue'),
};
