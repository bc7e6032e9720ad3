/** Bias-field correction of a brain that was found, and what is recorded of it. */
import type { Preprocessing } from '#contract/preprocess.ts';
import { determinant } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { correctBias, estimateBiasField, n4Settings } from './biasField.ts';
import { countOnes } from './morphology.ts';

export interface CorrectedBrain {
  /** Over the mask the mean intensity is what it was. */
  readonly volume: Volume;
  readonly record: NonNullable<Preprocessing['biasField']>;
}

/** A human brain; lengths that suit it are made smaller for those far below. */
const humanMl = 1400;
const smallMl = 200;

/** Throws BadScan ('no-bias-field'). */
export function correctInBrain(volume: Volume, mask: Uint8Array): CorrectedBrain {
  const millilitres = (countOnes(mask) * Math.abs(determinant(volume.affine))) / 1000;
  const scale = millilitres < smallMl ? Math.cbrt(millilitres / humanMl) : 1;
  const settings = { ...n4Settings, splineMm: n4Settings.splineMm * scale, sampleMm: n4Settings.sampleMm * scale };
  const field = estimateBiasField(volume, mask, settings);
  const plain = correctBias(volume, field);
  let [count, before, after, mean, squares] = [0, 0, 0, 0, 0];
  for (let index = 0; index < mask.length; index++) {
    const [from, to] = [volume.data[index]!, plain.data[index]!];
    if (mask[index] === 0 || to === 0) continue;
    count++;
    before += from;
    after += to;
    const difference = from / to - mean;
    mean += difference / count;
    squares += difference * (from / to - mean);
  }
  const gain = before / after;
  return {
    volume: { ...plain, data: plain.data.map((value) => value * gain) },
    record: {
      splineMm: settings.splineMm,
      sampleMm: settings.sampleMm,
      iterations: [...field.iterations],
      strength: Math.sqrt(squares / count) / mean,
    },
  };
}
