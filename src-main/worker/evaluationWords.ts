/** The words of an evaluation's report: what each method and measure is called, and what it means. */
import type { EvaluationReport, QualityMeasure, Tissue, UpscalingMethod } from '#contract/evaluation.ts';
import { formatFactor } from '#shared/volume/factor.ts';

export const methodTitles: Readonly<Record<UpscalingMethod, string>> = {
  network: 'Network',
  'network-projected': 'Network, projected',
  nearest: 'Nearest',
  trilinear: 'Trilinear',
  cubic: 'Cubic B-spline',
  'cubic-projected': 'Cubic, projected',
};

/** For the columns of a plot. BP: with back-projection. */
export const shortTitles: Readonly<Record<UpscalingMethod, string>> = {
  network: 'Network',
  'network-projected': 'Net+BP',
  nearest: 'Nearest',
  trilinear: 'Linear',
  cubic: 'Cubic',
  'cubic-projected': 'Cub+BP',
};

export interface MeasureWords {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly isHigherBetter: boolean;
  readonly meaning: string;
}

export const measureWords: Readonly<Record<QualityMeasure, MeasureWords>> = {
  psnr: {
    title: 'PSNR',
    unit: 'dB',
    digits: 2,
    isHigherBetter: true,
    meaning:
      '10 · log10(L² / mean squared error) over the voxels of the brain; L is the 99.9th percentile of the true scan there.',
  },
  ssim: {
    title: 'SSIM',
    unit: '',
    digits: 4,
    isHigherBetter: true,
    meaning:
      'Structural similarity (Wang et al. 2004): three-dimensional Gaussian window, σ 1.5 voxels, 11 wide; mean of the local values over the brain.',
  },
  msSsim: {
    title: 'MS-SSIM',
    unit: '',
    digits: 4,
    isHigherBetter: true,
    meaning:
      'SSIM over several scales (Wang, Simoncelli & Bovik 2003): contrast and structure at each, brightness at the coarsest, the published weights renormalised over those at which the window fits into the brain; their number stands with each scan.',
  },
  gmsd: {
    title: 'GMSD',
    unit: '',
    digits: 4,
    isHigherBetter: false,
    meaning:
      'Gradient magnitude similarity deviation (Xue et al. 2014) with Prewitt gradients in three dimensions, at full resolution: how unevenly edges are kept over the brain.',
  },
  nrmse: {
    title: 'NRMSE',
    unit: '',
    digits: 4,
    isHigherBetter: false,
    meaning: 'Root of the sum of squared errors over the sum of squared true intensities, in the brain.',
  },
  gradientError: {
    title: 'Gradient error',
    unit: '',
    digits: 4,
    isHigherBetter: false,
    meaning:
      'The same of the gradient (central differences per mm): how well edges keep their place and strength. It does not see a pattern of every second voxel.',
  },
  hfen: {
    title: 'HFEN',
    unit: '',
    digits: 4,
    isHigherBetter: false,
    meaning:
      'High-frequency error norm (Ravishankar & Bresler 2011): the same after a Laplacian of Gaussian, σ 1.5 voxels, which looks at fine structure of a few voxels.',
  },
  checkerboard: {
    title: 'Checkerboard index',
    unit: '',
    digits: 2,
    isHigherBetter: false,
    meaning:
      'Power of the result at the frequencies that enlarging by the factor can leave behind, over the power around them: about 1 or less without a pattern. In the tests values below 1 count as 1.',
  },
  dataConsistency: {
    title: 'Data consistency error',
    unit: '',
    digits: 5,
    isHigherBetter: false,
    meaning:
      'The result made coarse again by the same scanner model, minus the input: root mean square in the brain as a share of L. It needs no truth and bounds what a network can have invented.',
  },
  dice: {
    title: 'Dice of tissues',
    unit: '',
    digits: 4,
    isHigherBetter: true,
    meaning: 'Overlap of the three intensity classes of the result with those of the true scan, mean of the three.',
  },
};

export const tissueTitles: Readonly<Record<Tissue, string>> = {
  dark: 'Dark (fluid in T1w)',
  medium: 'Medium (grey matter in T1w)',
  bright: 'Bright (white matter in T1w)',
};

const profileTitles: Readonly<Record<EvaluationReport['scannerModel']['profile'], string>> = {
  gaussian: 'Gaussian slice profile, full width at half maximum = one coarse voxel',
  box: 'box profile, the mean over one coarse voxel',
  kspace: 'k-space truncation',
};

/** `2 × along every axis`, `1x1x4 (right, anterior, superior)`. */
export function factorWords(factor: readonly [number, number, number]): string {
  const text = formatFactor(factor);
  return text.includes('x') ? `${text} (right, anterior, superior)` : `${text} along every axis`;
}

/** Where the scans came from that were enlarged. */
export function inputWords({ inputs, scannerModel: { profile, noise, seed } }: EvaluationReport): string {
  return inputs === 'real'
    ? `real low-resolution scans, resampled onto voxels that are blocks of the true ones, with the mean and spread in the brain that the true scan has through a scanner model (${profileTitles[profile]})`
    : `made from the true scans by a scanner model: ${profileTitles[profile]}; noise ${String(noise)} of the intensity range, seed ${String(seed)}; the same code as in training`;
}

const inputLimits: Readonly<Record<EvaluationReport['inputs'], string>> = {
  made: 'Every number compares with a scan that was made coarse by a formula, not with a second scan by a real coarse protocol: motion, contrast and distortion of such a protocol are not in it.',
  real: 'Inputs are real low-resolution scans, taken to lie in the same space (mm) as the true ones: nothing was registered. What the two are misaligned by counts as an error of every method, and blurs the differences between them.',
};

/** What stands at the end of every report. */
export const limitsOf = ({ inputs }: EvaluationReport): readonly string[] => [
  inputLimits[inputs],
  'A high PSNR says that a result is near the truth on average over the brain, not that every small structure in it is real. Look at the error pictures, and at the data consistency error of scans without a truth.',
  'With n scans the smallest p value that the signed-rank test can give is 2 / 2ⁿ: with fewer than six, no difference can reach 0.05, however large.',
  'Tissue classes are intensities sorted into three, fitted to each picture by itself: they show whether enlarging shifts volumes, and measure no anatomy.',
  'Research software: not a medical device, not for diagnosis.',
];
