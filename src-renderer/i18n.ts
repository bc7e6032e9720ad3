/** All words of the window: one message table a feature, merged here; another language adds a column. */
import { createI18n } from 'vue-i18n';
import { en as app } from './appMessages.ts';
import { en as data } from './features/data/messages.ts';
import { en as evidence } from './features/evidence/messages.ts';
import { en as jobs } from './features/jobs/messages.ts';
import { en as latent } from './features/latent/messages.ts';
import { en as projects } from './features/projects/messages.ts';
import { en as settings } from './features/settings/messages.ts';
import { en as study } from './features/study/messages.ts';
import { en as superResolution } from './features/superResolution/messages.ts';
import { en as synthesize } from './features/synthesize/messages.ts';
import { en as train } from './features/train/messages.ts';
import { en as view } from './features/view/messages.ts';
import { en as ui } from './ui/messages.ts';
import { en as viewer } from './viewer/messages.ts';

/** Each feature's messages stand under its own name: `t('jobs.title')`. */
export const messages = {
  en: {
    app,
    ui,
    projects,
    data,
    train,
    synthesize,
    superResolution,
    evidence,
    latent,
    study,
    jobs,
    settings,
    view,
    viewer,
  },
} as const;

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages });
