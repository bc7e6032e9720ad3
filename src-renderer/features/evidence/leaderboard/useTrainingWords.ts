/** A training as the leaderboard names it: model, preset and seed. */
import type { LeaderboardTraining } from '#contract/evidence/leaderboard.ts';
import { useModels } from '#bridge/modelStore.ts';
import { useI18n } from 'vue-i18n';

export function useTrainingWords(): (training: Pick<LeaderboardTraining, 'modelId' | 'preset' | 'seed'>) => string {
  const { t } = useI18n();
  const models = useModels();
  return ({ modelId, preset, seed }) =>
    t('evidence.leaderboard.training', {
      model: models.titleOf(modelId),
      preset: models.presetTitleOf(modelId, preset),
      seed,
    });
}
