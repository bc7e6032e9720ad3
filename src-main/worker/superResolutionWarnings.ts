/** Where a scan is unlike what a super-resolution network learned from: its answer is then a guess. */
import type { SrTraining } from '#contract/superResolution.ts';
import type { ContrastQuantiles } from '#imaging/scanToUpscale.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import { isAsTrained, type AxisOrder } from './networkAxes.ts';

/** Voxels up to this many times larger or smaller than in training are alike. */
const spacingTolerance = 1.25;
/** Of the range [-1, 1]: what scanners and cohorts differ by, and what larger voxels take from the ends. */
const quantileTolerance = 0.25;

const directions = ['right-left', 'front-back', 'down-up'] as const;

export interface JudgedScan {
  /** Along RAS axes. */
  readonly spacingMm: Vector3;
  readonly quantiles: ContrastQuantiles;
  readonly order: AxisOrder;
}

const inMm = (lengths: readonly number[]): string =>
  `${lengths.map((length) => Number(length.toPrecision(3))).join(' × ')} mm`;

/** Sentences for people; none for a scan like those of the training. */
export function unlikeTraining(scan: JudgedScan, trainedOn: SrTraining): string[] {
  return [...axesWarning(scan, trainedOn), ...spacingWarning(scan, trainedOn), ...contrastWarnings(scan, trainedOn)];
}

function axesWarning({ order, spacingMm }: JudgedScan, { factor }: SrTraining): string[] {
  if (isAsTrained(order)) return [];
  const exchanged = factor.flatMap((f, at) =>
    f > 1 && order[at] !== at ? [`${directions[order[at] ?? 0]} in place of ${directions[at] ?? ''}`] : [],
  );
  return [
    `The voxels (${inMm(spacingMm)}) are long in another direction than in training: the model was used ${exchanged.join(', ')}, and has not seen brains that way.`,
  ];
}

function spacingWarning({ order, spacingMm }: JudgedScan, { factor, spacingMm: [least, most] }: SrTraining): string[] {
  const result = order.map((axis, at) => spacingMm[axis] / (factor[at] ?? 1));
  const isAlike = result.every((length) => length >= least / spacingTolerance && length <= most * spacingTolerance);
  if (isAlike) return [];
  const learned = least === most ? inMm([least]) : `${inMm([least])} to ${inMm([most])}`;
  const asked = factor.map((_, at) => result[order.indexOf(at as 0 | 1 | 2)] ?? NaN);
  return [`The model learned to make voxels of ${learned}; here it was to make ${inMm(asked)}.`];
}

function contrastWarnings({ quantiles }: JudgedScan, { quantiles: known }: SrTraining): string[] {
  const isOff = (name: keyof ContrastQuantiles): boolean =>
    quantiles[name] < known[name].low - quantileTolerance || quantiles[name] > known[name].high + quantileTolerance;
  const warnings: string[] = [];
  if ((['p25', 'p50', 'p75'] as const).some(isOff))
    warnings.push(
      'The contrast is unlike that of the training scans (the middle intensities of the brain lie elsewhere): another weighting, a contrast agent or a skull that was left in.',
    );
  if ((['p5', 'p95'] as const).some(isOff))
    warnings.push(
      'The darkest or brightest intensities of the brain are unlike those of the training scans: look for very bright or dark spots, saturation or noise.',
    );
  return warnings;
}
