/** What jobs are and how far they are, in words of the messages `jobs.*`. */
import { useModels } from '#bridge/modelStore.ts';
import { durationWords } from '#ui/duration.ts';
import { fileName } from '#ui/fileName.ts';
import type { Job } from '#contract/jobs.ts';
import { notKept } from '#contract/privacy.ts';
import type { JobProgress } from '#contract/records.ts';
import { useI18n } from 'vue-i18n';

export interface JobWords {
  kind(job: Job): string;
  /** What the job works on. */
  about(job: Job): string;
  progress(progress: JobProgress): string;
  duration(seconds: number): string;
  /** '' when it is not known. */
  timeLeft(progress: JobProgress | null): string;
}

export function useJobWords(): JobWords {
  const { t, n } = useI18n();
  const models = useModels();
  const duration = (seconds: number): string => {
    const { key, values } = durationWords(seconds);
    return t(key, values);
  };
  return {
    kind: (job) => t(`jobs.kind.${job.kind}`),
    about: ({ request }) => {
      switch (request.kind) {
        case 'import':
          return request.folder === notKept
            ? t('jobs.about.imported', { name: request.name })
            : t('jobs.about.import', { name: request.name, folder: fileName(request.folder) });
        case 'train':
          return t('jobs.about.train', {
            model: models.titleOf(request.modelId),
            preset: models.presetTitleOf(request.modelId, request.preset),
          });
        case 'synthesize':
        case 'phantom':
          return t(`jobs.about.${request.kind}`, request.count);
        case 'super-resolve':
          return t('jobs.about.super-resolve', request.files.length);
        case 'checkpoint-import':
          return request.modelId;
        case 'weights-import':
          return `${models.titleOf(request.modelId)} · ${fileName(request.file)}`;
        case 'render':
        case 'bundle':
          return fileName(request.out);
        case 'evaluate':
          return request.high.length === 0 ? t('jobs.about.heldOut') : t('jobs.about.evaluate', request.high.length);
        case 'evidence':
          return request.synthetic === notKept ? '' : fileName(request.synthetic);
        case 'utility':
          return fileName(request.synthetic);
        case 'latent-fit':
          return request.column;
        case 'latent-walk':
          return fileName(request.out);
        case 'latent-encode':
        case 'leaderboard':
        case 'study':
          return '';
        case 'scan':
          return request.folder === notKept ? '' : fileName(request.folder);
      }
    },
    progress: ({ done, total, unit }) =>
      t(total > 0 ? `jobs.unit.${unit}` : `jobs.unitOpen.${unit}`, {
        done: n(Math.round(done)),
        total: n(Math.round(total)),
      }),
    duration,
    timeLeft: (progress) => {
      const seconds = progress?.secondsLeft ?? null;
      return seconds === null ? '' : t('jobs.left', { time: duration(seconds) });
    },
  };
}
