/** What is done to the scans before the grid: as the form of the wizard holds it, and what it asks for. */
import type {
  AlignmentMetric,
  AlignmentTransform,
  BrainMaskRequest,
  BrainPreset,
  MaskStep,
  Normalisation,
  PreprocessRequest,
} from '#contract/preprocess.ts';
import type { ScanCandidate } from '#contract/records.ts';

export interface Preparation {
  biasField: boolean;
  mask: 'none' | BrainPreset | 'threshold' | 'files';
  /** Of `threshold`: intensities of the brain, both included; null: none given. */
  low: number | null;
  high: number | null;
  /** Of `files`: their folder; '' before one is chosen. */
  maskFolder: string;
  steps: readonly MaskStep[];
  normalise: Normalisation;
  align: 'none' | AlignmentTransform;
  /** A scan of the folder or a file, absolute; '' before one is chosen. */
  reference: string;
  metric: AlignmentMetric;
}

/** Nothing is done. */
export const plainPreparation = (): Preparation => ({
  biasField: false,
  mask: 'none',
  low: null,
  high: null,
  maskFolder: '',
  steps: [],
  normalise: 'percentile',
  align: 'none',
  reference: '',
  metric: 'mutual-information',
});

/** What is still missing; null: nothing. */
export function preparationFault(preparation: Preparation): 'low' | 'high' | 'maskFolder' | 'reference' | null {
  const { mask, low, high, maskFolder, align, reference } = preparation;
  if (mask === 'threshold' && low === null) return 'low';
  if (mask === 'threshold' && low !== null && high !== null && high <= low) return 'high';
  if (mask === 'files' && maskFolder === '') return 'maskFolder';
  return align !== 'none' && reference === '' ? 'reference' : null;
}

function maskSource({ mask, low, high, maskFolder }: Preparation): BrainMaskRequest['from'] | null {
  switch (mask) {
    case 'none':
      return null;
    case 'threshold':
      return { method: 'threshold', low: low ?? 0, high };
    case 'files':
      return { method: 'files', folder: maskFolder };
    default:
      return { method: 'automatic', preset: mask };
  }
}

/** Undefined where nothing is to be done. Call it on a preparation without a fault. */
export function preprocessOf(preparation: Preparation): PreprocessRequest | undefined {
  const { biasField, steps, normalise, align: transform, reference, metric } = preparation;
  const from = maskSource(preparation);
  // The form's own steps are watched objects, which cannot cross to another process.
  const brainMask = from === null ? null : { from, steps: steps.map((step) => ({ ...step })) };
  const align = transform === 'none' ? null : { reference, transform, metric };
  const isPlain = !biasField && brainMask === null && normalise === 'percentile' && align === null;
  return isPlain ? undefined : { biasField, brainMask, normalise, align };
}

/** How many of the scans seem to show whole heads. */
export const countHeads = (scans: readonly ScanCandidate[]): number =>
  scans.filter(({ code }) => code === 'whole-head').length;
