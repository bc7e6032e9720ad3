/** The measures of a brain's anatomy that an evidence report compares. */
import type { AnatomyMeasureName } from '../../contract/evidence/anatomy.ts';

interface MeasureTrait {
  readonly unit: 'ml' | '%' | 'ratio' | 'index';
  /** As a reader of a report calls it. */
  readonly title: string;
  /** Sizes that spread by factors, not by differences, are scored on the logarithm, no smaller than this. */
  readonly leastLogarithm: number | null;
  /** Spread of the real scans, in the units that are scored, below which a difference is not taken seriously. */
  readonly leastSpread: number;
  readonly digits: number;
}

export const anatomyMeasures: Readonly<Record<AnatomyMeasureName, MeasureTrait>> = {
  brainMl: { unit: 'ml', title: 'brain (tissue and fluid)', leastLogarithm: null, leastSpread: 20, digits: 0 },
  greyMl: { unit: 'ml', title: 'grey matter', leastLogarithm: null, leastSpread: 10, digits: 0 },
  whiteMl: { unit: 'ml', title: 'white matter', leastLogarithm: null, leastSpread: 10, digits: 0 },
  fluidMl: { unit: 'ml', title: 'cerebrospinal fluid', leastLogarithm: null, leastSpread: 10, digits: 0 },
  ventriclesMl: { unit: 'ml', title: 'lateral ventricles', leastLogarithm: 1, leastSpread: 0.15, digits: 1 },
  greyWhiteRatio: { unit: 'ratio', title: 'grey to white matter', leastLogarithm: null, leastSpread: 0.03, digits: 2 },
  ventriclePercent: { unit: '%', title: 'ventricles, share of the brain', leastLogarithm: 0.1, leastSpread: 0.15, digits: 2 }, // prettier-ignore
  asymmetry: { unit: 'index', title: 'asymmetry', leastLogarithm: null, leastSpread: 0.02, digits: 3 },
};

/** One value a measure; null where it could not be measured. */
export type AnatomyValues = Readonly<Record<AnatomyMeasureName, number | null>>;

export interface MeasuredAnatomy {
  readonly brainMl: number;
  readonly asymmetry: number | null;
  readonly tissues: {
    readonly fluidMl: number;
    readonly greyMl: number;
    readonly whiteMl: number;
    readonly ventriclesMl: number;
  } | null;
}

export function anatomyValues({ brainMl, asymmetry, tissues }: MeasuredAnatomy): AnatomyValues {
  return {
    brainMl,
    greyMl: tissues?.greyMl ?? null,
    whiteMl: tissues?.whiteMl ?? null,
    fluidMl: tissues?.fluidMl ?? null,
    ventriclesMl: tissues?.ventriclesMl ?? null,
    greyWhiteRatio: tissues === null || tissues.whiteMl === 0 ? null : tissues.greyMl / tissues.whiteMl,
    ventriclePercent: tissues === null || brainMl === 0 ? null : (100 * tissues.ventriclesMl) / brainMl,
    asymmetry,
  };
}
