/** Figures of a report as text: the value, and where there is one its interval. */
import type { Figure } from '#contract/evidence/figure.ts';
import { useI18n } from 'vue-i18n';

export interface FigureWords {
  /** `0.71 [0.62, 0.80]`; '–' where it cannot be told. */
  withInterval(figure: Figure | null, digits: number): string;
  /** Of a share: `12% [5%, 23%]`. */
  asShare(figure: Figure): string;
  number(value: number, digits: number): string;
  p(value: number): string;
}

const leastP = 0.001;

export function useFigures(): FigureWords {
  const { t, n } = useI18n();
  const number = (value: number, digits: number): string =>
    n(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const share = (value: number): string => n(value, { style: 'percent', maximumFractionDigits: 1 });
  const written = (figure: Figure | null, words: (value: number) => string): string => {
    const value = figure?.value ?? null;
    if (figure === null || value === null) return t('evidence.none');
    const { low, high } = figure;
    return low === null || high === null ? words(value) : `${words(value)} [${words(low)}, ${words(high)}]`;
  };
  return {
    withInterval: (figure, digits) => written(figure, (value) => number(value, digits)),
    asShare: (figure) => written(figure, share),
    number,
    p: (value) => (value < leastP ? `< ${number(leastP, 3)}` : number(value, 3)),
  };
}
