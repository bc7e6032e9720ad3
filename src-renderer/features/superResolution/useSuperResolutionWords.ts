/** Models, factors and figures of super-resolution in words of the messages `superResolution.*`. */
import type { CheckpointSummary } from '#contract/commands.ts';
import type { QualityMeasure } from '#contract/evaluation.ts';
import type { SrTraining } from '#contract/superResolution.ts';
import { useModels } from '#bridge/modelStore.ts';
import { formatFactor, type Factor } from '#shared/volume/factor.ts';
import { useI18n } from 'vue-i18n';

/** Decimal places. */
const digits: Readonly<Record<QualityMeasure, number>> = {
  psnr: 2,
  ssim: 4,
  msSsim: 4,
  gmsd: 4,
  nrmse: 4,
  gradientError: 4,
  hfen: 4,
  checkerboard: 2,
  dataConsistency: 4,
  dice: 4,
};

export interface SuperResolutionWords {
  factor(factor: Factor): string;
  /** Where it comes from. */
  origin(checkpoint: CheckpointSummary): string;
  spacing(trainedOn: SrTraining): string;
  /** dB */
  psnr(value: number): string;
  /** With its sign. */
  gain(value: number): string;
  value(measure: QualityMeasure, value: number | null): string;
}

export function useSuperResolutionWords(): SuperResolutionWords {
  const { t, n } = useI18n();
  const models = useModels();
  const fixed = (value: number, places: number, signDisplay: 'auto' | 'exceptZero' = 'auto'): string =>
    n(value, { minimumFractionDigits: places, maximumFractionDigits: places, signDisplay });
  const mm = (value: number): string => n(value, { maximumSignificantDigits: 3 });
  return {
    factor: (factor) => t('superResolution.factor', { factor: formatFactor(factor).replaceAll('x', '×') }),
    origin: ({ dataset, modelId, iteration }) =>
      t('superResolution.card.origin', {
        dataset: dataset ?? t('superResolution.card.imported'),
        model: models.titleOf(modelId),
        iteration: n(iteration),
      }),
    spacing: ({ spacingMm: [low, high] }) =>
      mm(low) === mm(high)
        ? t('superResolution.card.spacing', { low: mm(low) })
        : t('superResolution.card.spacingRange', { low: mm(low), high: mm(high) }),
    psnr: (value) => fixed(value, digits.psnr),
    gain: (value) => fixed(value, digits.psnr, 'exceptZero'),
    value: (measure, value) => (value === null ? '–' : fixed(value, digits[measure])),
  };
}
