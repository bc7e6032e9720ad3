/** A prepared scan on the common scale of its set. */
import type { PreparedScan } from '../prepareScan.ts';
import { invertMap, mapIntensity, mapOnto, type CommonScale } from './normalise.ts';

/**
 * The scan with the intensities that become −1 and 1. Linear maps leave its voxels in the scanner's units; landmarks bring
 * them to the common scale, and the map is recorded. A scan without a measure stays as it is.
 */
export function normaliseScan(scan: PreparedScan, scale: CommonScale): PreparedScan {
  const { measure, intensity, preprocessing, volume } = scan;
  if (measure === null || preprocessing === null) return scan;
  const map = mapOnto(measure, scale);
  const { low, high } = scale;
  if (scale.landmarks === null) {
    const back = invertMap(map);
    return { ...scan, intensity: { ...intensity, low: mapIntensity(back, low), high: mapIntensity(back, high) } };
  }
  return {
    ...scan,
    volume: { ...volume, data: volume.data.map((value) => mapIntensity(map, value)) },
    intensity: { ...intensity, low, high, background: mapIntensity(map, intensity.background) },
    preprocessing: { ...preprocessing, intensityMap: { from: [...map.from], to: [...map.to] } },
  };
}
