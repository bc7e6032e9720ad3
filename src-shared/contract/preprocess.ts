/** What is done to a scan before it comes onto the grid, as it is asked for and as it is recorded. */
import { z } from 'zod';

const lengthMm = z.number().positive().max(100);

/** One step of morphology after a mask was found, in order. Lengths are radii of a ball in mm. */
export const maskStep = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['open', 'close', 'erode', 'dilate']), mm: lengthMm }),
  z.strictObject({ do: z.enum(['fill', 'largest']) }), // holes; all but the largest piece goes
]);
export type MaskStep = z.infer<typeof maskStep>;

export const brainPresets = ['human', 'rodent'] as const;
export type BrainPreset = (typeof brainPresets)[number];

export const brainMaskRequest = z.strictObject({
  from: z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('automatic'), preset: z.enum(brainPresets) }),
    z.strictObject({ method: z.literal('threshold'), low: z.number(), high: z.number().nullable() }), // intensities; null: no upper one
    z.strictObject({ method: z.literal('files'), folder: z.string().min(1) }), // absolute; matched with the scans by name
  ]),
  steps: z.array(maskStep),
});
export type BrainMaskRequest = z.infer<typeof brainMaskRequest>;

/** `percentile` looks at each scan alone; the others make the scans of a set alike. */
export const normalisations = ['percentile', 'zscore', 'whitestripe', 'whitestripe-t2', 'histogram'] as const;
export type Normalisation = (typeof normalisations)[number];

/** 6 or 12 degrees of freedom. */
export const alignmentTransforms = ['rigid', 'affine'] as const;
export type AlignmentTransform = (typeof alignmentTransforms)[number];
export const alignmentMetrics = ['mutual-information', 'correlation'] as const;
export type AlignmentMetric = (typeof alignmentMetrics)[number];

export const alignmentRequest = z.strictObject({
  reference: z.string().min(1), // a scan of the folder, as a look names it, or a file, absolute: a template of the user's
  transform: z.enum(alignmentTransforms),
  metric: z.enum(alignmentMetrics),
});
export type AlignmentRequest = z.infer<typeof alignmentRequest>;

export const preprocessRequest = z.strictObject({
  biasField: z.boolean(), // corrected by N4's method, within the mask
  brainMask: brainMaskRequest.nullable(), // null: all that stands out from the air
  normalise: z.enum(normalisations),
  align: alignmentRequest.nullable().default(null), // null: scans stay where their files have them, centred on the brain
});
export type PreprocessRequest = z.infer<typeof preprocessRequest>;

/** What was done to one scan. */
export const preprocessing = z.strictObject({
  biasField: z
    .strictObject({
      splineMm: z.number(), // of the first level
      sampleMm: z.number(),
      iterations: z.array(z.int()), // of each level
      strength: z.number(), // coefficient of variation of the field in the brain
    })
    .nullable(),
  brainMask: z
    .strictObject({
      method: z.enum(['automatic', 'threshold', 'files', 'kept']), // kept: the scan came without a skull
      millilitres: z.number(),
      sourceSha256: z.string().nullable(), // of the mask's file
      steps: z.array(maskStep),
    })
    .nullable(),
  normalise: z.enum(normalisations),
  /** The scan's intensities were brought to a common scale through these points first; null: straight to [-1, 1]. */
  intensityMap: z.strictObject({ from: z.array(z.number()), to: z.array(z.number()) }).nullable(),
});
export type Preprocessing = z.infer<typeof preprocessing>;
