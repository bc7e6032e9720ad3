/**
 * Label maps: which structures they hold, what these are called and how they are coloured. Names and numbers are those
 * of FreeSurfer's colour table (Fischl 2012) for the structures that SynthSeg and FreeSurfer segment; a map whose values
 * are not all in it (a tissue map, say) gets numbers instead of names.
 */
import type { Volume } from '#shared/volume/volume.ts';

export type Colour = readonly [number, number, number];

export interface Label {
  /** In the file. */
  readonly value: number;
  /** In the map as shown: 1, 2, 3 …; 0 is the background. */
  readonly index: number;
  /** null: the number is the name. */
  readonly name: string | null;
  /** 0..255 */
  readonly colour: Colour;
  readonly voxels: number;
}

/** As the user reads it: its name, or its number in words. */
export function labelTitle({ name, value }: Label, t: (key: string, values: { value: number }) => string): string {
  return name ?? t('viewer.numbered', { value });
}

export interface LabelMap {
  /** Indices in place of values, which leave no gaps. */
  readonly volume: Omit<Volume, 'data'> & { readonly data: Uint8Array };
  readonly labels: readonly Label[];
}

const freeSurfer: ReadonlyMap<number, readonly [string, Colour]> = new Map([
  [2, ['Left cerebral white matter', [245, 245, 245]]],
  [3, ['Left cerebral cortex', [205, 62, 78]]],
  [4, ['Left lateral ventricle', [120, 18, 134]]],
  [5, ['Left inferior lateral ventricle', [196, 58, 250]]],
  [7, ['Left cerebellar white matter', [220, 248, 164]]],
  [8, ['Left cerebellar cortex', [230, 148, 34]]],
  [10, ['Left thalamus', [0, 118, 14]]],
  [11, ['Left caudate', [122, 186, 220]]],
  [12, ['Left putamen', [236, 13, 176]]],
  [13, ['Left pallidum', [12, 48, 255]]],
  [14, ['Third ventricle', [204, 182, 142]]],
  [15, ['Fourth ventricle', [42, 204, 164]]],
  [16, ['Brain stem', [119, 159, 176]]],
  [17, ['Left hippocampus', [220, 216, 20]]],
  [18, ['Left amygdala', [103, 255, 255]]],
  [24, ['Cerebrospinal fluid', [60, 60, 220]]],
  [26, ['Left accumbens', [255, 165, 0]]],
  [28, ['Left ventral diencephalon', [165, 42, 42]]],
  [30, ['Left vessel', [160, 32, 240]]],
  [31, ['Left choroid plexus', [0, 200, 200]]],
  [41, ['Right cerebral white matter', [245, 245, 245]]],
  [42, ['Right cerebral cortex', [205, 62, 78]]],
  [43, ['Right lateral ventricle', [120, 18, 134]]],
  [44, ['Right inferior lateral ventricle', [196, 58, 250]]],
  [46, ['Right cerebellar white matter', [220, 248, 164]]],
  [47, ['Right cerebellar cortex', [230, 148, 34]]],
  [49, ['Right thalamus', [0, 118, 14]]],
  [50, ['Right caudate', [122, 186, 220]]],
  [51, ['Right putamen', [236, 13, 176]]],
  [52, ['Right pallidum', [13, 48, 255]]],
  [53, ['Right hippocampus', [220, 216, 20]]],
  [54, ['Right amygdala', [103, 255, 255]]],
  [58, ['Right accumbens', [255, 165, 0]]],
  [60, ['Right ventral diencephalon', [165, 42, 42]]],
  [62, ['Right vessel', [160, 32, 240]]],
  [63, ['Right choroid plexus', [0, 200, 221]]],
  [77, ['White-matter hypointensities', [200, 70, 255]]],
  [80, ['Other hypointensities', [164, 108, 226]]],
  [85, ['Optic chiasm', [234, 169, 30]]],
]);

/** Indices are bytes; more labels have no colours of their own to tell them apart either. */
const mostLabels = 255;

/** Colours far apart for neighbours in the list: steps of the golden angle around the hue circle. */
function numberedColour(index: number): Colour {
  const hue = (index * 137.508) % 360;
  const channel = (shift: number): number => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.6 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * Whether values mean what FreeSurfer's table says: both hemispheres are there, and nearly all values are known. A map of
 * tissue classes 1, 2, 3 or an atlas of regions 1 … 100 holds some of the numbers as well, but means others.
 */
function speaksFreeSurfer(values: readonly number[]): boolean {
  const has = (value: number): boolean => values.includes(value);
  const known = values.filter((value) => freeSurfer.has(value)).length;
  return (has(2) || has(3)) && (has(41) || has(42)) && known >= 0.8 * values.length;
}

/** Label values are counted in a table; no colour table in use has larger ones. */
const valueLimit = 65_536;

/** null where the volume is no label map: fractions, negative or huge values, or too many different ones. */
export function labelMapOf(volume: Volume): LabelMap | null {
  const counts = new Uint32Array(valueLimit);
  for (const value of volume.data) {
    if (!(value >= 0 && value < valueLimit) || value !== Math.floor(value)) return null;
    counts[value]! += 1;
  }
  const values: number[] = [];
  for (let value = 1; value < valueLimit; value++) if (counts[value]! > 0) values.push(value);
  if (values.length > mostLabels) return null;
  const isFreeSurfer = speaksFreeSurfer(values);
  const indices = new Uint8Array(valueLimit);
  const labels = values.map((value, order): Label => {
    indices[value] = order + 1;
    const known = isFreeSurfer ? freeSurfer.get(value) : undefined;
    return {
      value,
      index: order + 1,
      name: known?.[0] ?? null,
      colour: known?.[1] ?? numberedColour(order),
      voxels: counts[value] ?? 0,
    };
  });
  const data = new Uint8Array(volume.data.length);
  for (let at = 0; at < data.length; at++) data[at] = indices[volume.data[at]!]!;
  return { volume: { ...volume, data }, labels };
}
