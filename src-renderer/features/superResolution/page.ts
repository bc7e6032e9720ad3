import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

/** Shows a run with `query: {job}`, one of its scans in the viewer with `scan` beside it; begins with a `checkpoint`. */
export const page: Page = {
  name: 'superResolution',
  path: '/super-resolution',
  titleKey: 'superResolution.title',
  icon: icons.superResolution,
  needsProject: true,
  component: () => import('./SuperResolutionPage.vue'),
};
