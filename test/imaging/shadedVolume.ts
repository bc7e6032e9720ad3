/** A folded ball of three tissues under a known shading, by formulas: test/fixtures/imaging/make_n4.py draws the same. */
import type { Volume } from '#shared/volume/volume.ts';

export interface ShadedVolume {
  readonly volume: Volume;
  /** 1 in the ball, and in its white matter. */
  readonly mask: Uint8Array;
  readonly white: Uint8Array;
  readonly logField: Float64Array;
}

export function drawShadedVolume(): ShadedVolume {
  const size = [49, 57, 49] as const;
  const count = size[0] * size[1] * size[2];
  const [data, mask, white] = [new Float32Array(count), new Uint8Array(count), new Uint8Array(count)];
  const logField = new Float64Array(count);
  for (let k = 0, index = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, index++) {
        const [u, v, w] = [(i - 24) / 20, (j - 28) / 24, (k - 24) / 20];
        const r = Math.sqrt(u * u + v * v + w * w);
        const fold = Math.sin(12 * u) * Math.sin(11 * v) * Math.sin(10 * w);
        const isWhite = r < 0.62 + 0.08 * fold && r < 1;
        const noise = ((Math.imul(i, 73856093) ^ Math.imul(j, 19349663) ^ Math.imul(k, 83492791)) & 1023) / 1023 - 0.5;
        const log = 0.3 * (0.8 * u - 0.6 * v * w + 0.5 * (w * w - 0.3) + 0.3 * u * v);
        logField[index] = log;
        if (r >= 1) continue;
        mask[index] = 1;
        white[index] = isWhite ? 1 : 0;
        data[index] = ((isWhite ? 110 : r < 0.93 ? 75 : 25) + 8 * noise) * Math.exp(log);
      }
    }
  }
  const affine: Volume['affine'] = [
    [4, 0, 0, 0],
    [0, 4, 0, 0],
    [0, 0, 4, 0],
    [0, 0, 0, 1],
  ];
  return { volume: { size, affine, data }, mask, white, logField };
}

/** Coefficient of variation of `data` where `mask` is 1. */
export function variationIn(data: Float32Array, mask: Uint8Array): number {
  const inside = data.filter((_, index) => mask[index] === 1);
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  return Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length) / mean;
}
