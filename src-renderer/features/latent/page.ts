import { icons } from '#ui/icons.ts';
import type { Page } from '#ui/page.ts';

/** Shows the codes that a job found with `query: {job}`. */
export const page: Page = {
  name: 'latent',
  path: '/latent',
  titleKey: 'latent.title',
  icon: icons.latent,
  needsProject: true,
  component: () => import('./LatentPage.vue'),
};
