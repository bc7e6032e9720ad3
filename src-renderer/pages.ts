/** The pages, in the order of the navigation rail. */
import { page as data } from './features/data/page.ts';
import { page as evidence } from './features/evidence/page.ts';
import { page as jobs } from './features/jobs/page.ts';
import { page as latent } from './features/latent/page.ts';
import { page as projects } from './features/projects/page.ts';
import { page as settings } from './features/settings/page.ts';
import { page as study } from './features/study/page.ts';
import { page as superResolution } from './features/superResolution/page.ts';
import { page as synthesize } from './features/synthesize/page.ts';
import { page as train } from './features/train/page.ts';
import { page as view } from './features/view/page.ts';
import type { Page } from './ui/page.ts';

export const pages: readonly Page[] = [
  projects,
  data,
  train,
  synthesize,
  superResolution,
  evidence,
  latent,
  view,
  study,
  jobs,
  settings,
];
