/**
 * Writes the mark of a network into a synthetic scan: a pattern of faint signs in the brain (spread spectrum: Cox et al.
 * 1997, IEEE Trans. Image Process. 6:1673), stronger where the scan is busy and weaker where it is even, of an energy
 * that gives the same peak signal-to-noise ratio in every scan.
 */
import type { Volume } from '#shared/volume/volume.ts';
import { chipAt, chipsOf } from './chips.ts';
import { whiten } from './whiten.ts';

/** Decibels in the brain, with the intensity range as the peak: a third of a per cent of that range. */
export const markPsnr = 50;
/** Where a scan is twice as busy as it mostly is, the mark is √2 as strong, within these bounds. */
const weakest = 0.5;
const strongest = 2;

export interface MarkRequest {
  /** In RAS order. */
  readonly volume: Volume;
  /** Intensities of the brain lie in [low, high]; exactly `background` is around it, and stays. */
  readonly low: number;
  readonly high: number;
  readonly background: number;
  /** In hexadecimal. */
  readonly key: string;
}

export interface MarkedScan {
  readonly volume: Volume;
  /** In the brain, measured; Infinity where nothing was changed. */
  readonly psnr: number;
}

function medianOf(values: Float32Array): number {
  const sorted = values.filter((value) => value > 0).sort();
  return sorted[sorted.length >> 1] ?? 0;
}

/** The same scan, key and range give the same voxels. None leaves [low, high]. */
export function addMark({ volume, low, high, background, key }: MarkRequest): MarkedScan {
  const { data, size } = volume;
  const chips = chipsOf(key);
  const deviation = whiten(volume)?.deviation ?? new Float32Array(data.length);
  const usual = medianOf(deviation);
  const strength = Float32Array.from(data, (value, index) => {
    if (value === background) return 0;
    const own = deviation[index]!;
    return own === 0 ? 1 : Math.min(strongest, Math.max(weakest, Math.sqrt(own / usual)));
  });
  let voxels = 0;
  let energy = 0;
  for (const value of strength) {
    voxels += Number(value > 0);
    energy += value ** 2;
  }
  if (voxels === 0) return { volume, psnr: Infinity };
  const unit = ((high - low) * 10 ** (-markPsnr / 20)) / Math.sqrt(energy / voxels);
  const marked = data.slice();
  let changed = 0;
  const [nx, ny, nz] = size;
  for (let z = 0, index = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        if (strength[index] === 0) continue;
        const value = data[index]! + unit * strength[index]! * chips[chipAt(x, y, z)]!;
        marked[index] = Math.max(low, Math.min(high, value));
        changed += (marked[index]! - data[index]!) ** 2;
      }
    }
  }
  const psnr = changed === 0 ? Infinity : 10 * Math.log10((high - low) ** 2 / (changed / voxels));
  return { volume: { ...volume, data: marked }, psnr };
}
