/**
 * How the cortex is folded. A field is zero along the sulci: winding noise, in part common to all brains and in part a
 * person's own, bent near the named sulci so that its zero surface follows them.
 */
import { ramp, sylvianHeight } from './phantomAnatomy.ts';
import type { NoiseField } from './phantomNoise.ts';

/** Where, how strongly and how deep a named sulcus is: `value` is a signed distance in mm, `near` 0 to 1. */
interface Pull {
  near: number;
  value: number;
  depthMm: number;
}

const width = 8; // mm around a named sulcus in which the noise gives way to it

function pullTo(pull: Pull, distance: number, within: number, depthMm: number): void {
  const near = Math.exp(-((distance / width) ** 2)) * within;
  if (near <= pull.near) return;
  pull.near = near;
  pull.value = distance;
  pull.depthMm = depthMm;
}

/** The named sulci at a point of the template; `a` is |x|, `medialMm` the distance from the midline wall. */
export function namedSulci(pull: Pull, a: number, y: number, z: number): void {
  pull.near = 0;
  pull.value = 0;
  pull.depthMm = 0;
  const lateral = ramp(a, 22, 34);
  const medial = 1 - ramp(a, 14, 24);
  const sylvian = sylvianHeight(a, y);
  pullTo(pull, z - sylvian, ramp(a, 30, 40) * ramp(y, -58, -48) * (1 - ramp(y, 24, 34)), 17);
  pullTo(pull, z - (sylvian - 17), ramp(a, 36, 46) * ramp(y, -66, -56) * (1 - ramp(y, 6, 16)), 13);
  pullTo(pull, y + 8 + 0.46 * (z - 14) + 0.1 * (a - 40), ramp(z, 12, 20) * (1 - medial * 0.7), 17); // central
  pullTo(pull, y - 8 + 0.4 * (z - 14), ramp(z, 14, 24) * lateral, 13); // precentral
  pullTo(pull, y + 26 + 0.46 * (z - 14), ramp(z, 16, 26) * lateral, 14); // postcentral
  pullTo(pull, a - 24 - 0.12 * (y - 20), ramp(y, 14, 26) * ramp(z, 14, 24), 14); // superior frontal
  const arch = (Math.sqrt(((y + 8) / 54) ** 2 + ((z - 1) / 42) ** 2) - 1) * 44;
  pullTo(pull, arch, medial * ramp(z, -8, 4) * ramp(y, -52, -40), 12); // cingulate
  pullTo(pull, y + 66 - 0.45 * (z - 12), medial * ramp(z, 2, 10), 17); // parieto-occipital
  pullTo(pull, z - 3 - 0.1 * (y + 70), medial * ramp(-y, 54, 62), 17); // calcarine
}

export interface FoldFields {
  readonly common: NoiseField;
  readonly own: NoiseField;
  /** The named sulci are those of a template shared by all; how much of the noise is shared, 0 to 1. */
  readonly shared: number;
}

/** Value of the folding noise where the normal through a point meets the surface: sulci go in nearly straight. */
export function foldNoise(fields: FoldFields, x: number, y: number, z: number): number {
  const { common, own, shared } = fields;
  const own2 = Math.sqrt(1 - shared * shared);
  return shared * common.at(x, y, z, 1) + own2 * own.at(x, y, z, 1);
}
