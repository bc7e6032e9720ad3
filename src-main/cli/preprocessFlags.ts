/** Flags of what is done to scans before the grid. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { AppError } from '#contract/errors.ts';
import {
  alignmentMetrics,
  alignmentTransforms,
  brainPresets,
  normalisations,
  type AlignmentMetric,
  type AlignmentTransform,
  type BrainMaskRequest,
  type BrainPreset,
  type MaskStep,
  type Normalisation,
  type PreprocessRequest,
} from '#contract/preprocess.ts';
import { path } from './flags.ts';

export interface PreprocessFlags {
  readonly biasField?: true;
  readonly brainMask?: BrainPreset | 'threshold';
  readonly maskLow?: number;
  readonly maskHigh?: number;
  readonly maskFiles?: string;
  readonly maskSteps?: readonly MaskStep[];
  readonly normalise: Normalisation;
  readonly alignTo?: string;
  readonly align: AlignmentTransform;
  readonly alignBy: AlignmentMetric;
}

function intensity(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Give a number.');
  return value;
}

/** `open:2,largest,dilate:3,fill`, lengths in mm. */
function maskSteps(text: string): MaskStep[] {
  return text.split(',').map((step): MaskStep => {
    const [name, length, ...more] = step.trim().split(':');
    const mm = Number(length);
    if (more.length === 0 && length === undefined && (name === 'fill' || name === 'largest')) return { do: name };
    const takesLength = name === 'open' || name === 'close' || name === 'erode' || name === 'dilate';
    if (more.length === 0 && takesLength && mm > 0 && mm <= 100) return { do: name, mm };
    throw new InvalidArgumentError(
      'Give steps such as open:2,largest,dilate:3,fill: open, close, erode and dilate with millimetres up to 100, fill and largest without.',
    );
  });
}

export function addPreprocessOptions(command: Command): Command {
  return command
    .option('--bias-field', 'correct the slow shading of the coil (N4) within the brain')
    .addOption(
      new Option(
        '--brain-mask <how>',
        'find the brain in whole heads (human, rodent), or take what lies between --mask-low and --mask-high (threshold); scans without a skull stay as they are',
      ).choices([...brainPresets, 'threshold']),
    )
    .addOption(new Option('--mask-low <intensity>', 'of --brain-mask threshold: the least').argParser(intensity))
    .addOption(new Option('--mask-high <intensity>', 'of --brain-mask threshold: the most').argParser(intensity))
    .addOption(new Option('--mask-files <folder>', 'masks of your own, matched with the scans by name').argParser(path))
    .addOption(
      new Option(
        '--mask-steps <steps>',
        'what is done to each mask, in order: open:MM, close:MM, erode:MM, dilate:MM, fill, largest',
      ).argParser(maskSteps),
    )
    .addOption(
      new Option('--normalise <how>', 'how intensities are made alike')
        .choices([...normalisations])
        .default('percentile' as const),
    )
    .addOption(
      new Option(
        '--align-to <file>',
        'lay every scan on this one: any scan of the set, or a template of your own',
      ).argParser(path),
    )
    .addOption(
      new Option('--align <transform>', 'by 6 degrees of freedom (rigid) or 12 (affine)')
        .choices([...alignmentTransforms])
        .default('rigid' as const),
    )
    .addOption(
      new Option('--align-by <metric>', 'what the alignment goes by; correlation suits scans of one contrast')
        .choices([...alignmentMetrics])
        .default('mutual-information' as const),
    );
}

function maskRequest(flags: PreprocessFlags): BrainMaskRequest | null {
  const { brainMask, maskLow, maskHigh, maskFiles, maskSteps: steps = [] } = flags;
  const isThreshold = brainMask === 'threshold';
  if (maskFiles !== undefined && brainMask !== undefined)
    throw new AppError('usage', 'Give --brain-mask or --mask-files, not both: a scan has one mask.');
  if (isThreshold !== (maskLow !== undefined) || (maskHigh !== undefined && !isThreshold))
    throw new AppError('usage', 'Give --brain-mask threshold together with --mask-low, and --mask-high where needed.');
  if (maskFiles !== undefined) return { from: { method: 'files', folder: resolve(maskFiles) }, steps: [...steps] };
  if (brainMask === undefined) {
    if (steps.length === 0) return null;
    throw new AppError('usage', '--mask-steps needs a mask: give --brain-mask or --mask-files too.');
  }
  if (!isThreshold) return { from: { method: 'automatic', preset: brainMask }, steps: [...steps] };
  return { from: { method: 'threshold', low: maskLow ?? 0, high: maskHigh ?? null }, steps: [...steps] };
}

/** Nothing where nothing was asked for. Throws AppError 'usage'. */
export function preprocessOf(flags: PreprocessFlags): { preprocess?: PreprocessRequest } {
  const brainMask = maskRequest(flags);
  const { biasField = false, normalise, alignTo, align: transform, alignBy: metric } = flags;
  const align =
    alignTo === undefined ? null : { reference: existsSync(alignTo) ? resolve(alignTo) : alignTo, transform, metric };
  return biasField || brainMask !== null || normalise !== 'percentile' || align !== null
    ? { preprocess: { biasField, brainMask, normalise, align } }
    : {};
}
