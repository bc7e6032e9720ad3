/** What was done to a scan before the grid, in words. */
import type { MaskStep } from '#contract/preprocess.ts';
import type { GridTransform } from '#contract/records.ts';
import { useI18n } from 'vue-i18n';

export interface PreparationFact {
  readonly label: string;
  readonly value: string;
}

/** Of a scan to which nothing was done there is none. */
export function usePreparationWords(): (
  done: Pick<GridTransform, 'alignment' | 'preprocessing'>,
) => readonly PreparationFact[] {
  const { t, n } = useI18n();
  const percent = (share: number): string => n(share, { style: 'percent', maximumFractionDigits: 0 });
  const stepWords = (step: MaskStep): string =>
    t(`data.preparation.step.${step.do}`, { mm: 'mm' in step ? n(step.mm) : '' });

  return ({ preprocessing, alignment }) => {
    const facts: PreparationFact[] = [];
    const add = (name: 'biasField' | 'brainMask' | 'normalise' | 'align', value: string): void => {
      facts.push({ label: t(`data.preparation.${name}`), value });
    };
    const { biasField = null, brainMask = null, normalise = 'percentile' } = preprocessing ?? {};
    if (biasField !== null) add('biasField', t('data.preparation.field', { share: percent(biasField.strength) }));
    if (brainMask !== null) {
      const { method, millilitres, steps } = brainMask;
      const ml = n(millilitres, { maximumSignificantDigits: 4 });
      add('brainMask', [t(`data.preparation.mask.${method}`, { ml }), ...steps.map(stepWords)].join(', '));
    }
    if (normalise !== 'percentile') add('normalise', t(`data.preparation.scale.${normalise}`));
    if (alignment !== null) {
      const { transform, metric, overlap } = alignment;
      const how = t(`data.preparation.transform.${transform}`);
      const by = t(`data.preparation.metric.${metric}`);
      add('align', t('data.preparation.aligned', { how, by, share: percent(overlap) }));
    }
    return facts;
  };
}
