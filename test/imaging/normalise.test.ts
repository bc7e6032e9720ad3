import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  fitCommonScale,
  invertMap,
  mapIntensity,
  mapOnto,
  measureIntensity,
  type SetNormalisation,
} from '#imaging/preprocess/normalise.ts';

/** Made by make_normalise.py with numpy. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/imaging/normalise.json'), 'utf8')) as {
  readonly scans: readonly (readonly number[])[];
  readonly methods: Readonly<
    Record<SetNormalisation, { readonly common: readonly (readonly number[])[]; readonly ends: readonly number[] }>
  >;
};
const methods = ['zscore', 'whitestripe', 'whitestripe-t2', 'histogram'] as const;
const every = 15;

describe.each(methods)('normalisation by %s', (method) => {
  const scans = golden.scans.map((values) => Float32Array.from(values));
  const measures = scans.map((data) => measureIntensity(data, new Uint8Array(data.length).fill(1), method));
  const scale = fitCommonScale(measures, method);

  it('is what numpy makes of it', () => {
    const { common, ends } = golden.methods[method];
    common.forEach((values, scan) => {
      const measure = measures[scan];
      if (measure === undefined) throw new Error('a scan is missing');
      const map = mapOnto(measure, scale);
      values.forEach((value, at) => {
        const own = mapIntensity(map, scans[scan]?.[every * at] ?? NaN);
        expect(Math.abs(own - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
      });
    });
    expect(scale.low).toBeCloseTo(ends[0] ?? NaN, 4);
    expect(scale.high).toBeCloseTo(ends[1] ?? NaN, 4);
  });

  it('is found again from the map’s other end', () => {
    const [measure] = measures;
    if (measure === undefined) throw new Error('a scan is missing');
    const map = mapOnto(measure, scale);
    for (const value of [-5, 20, 74.5, 110, 160])
      expect(mapIntensity(invertMap(map), mapIntensity(map, value))).toBeCloseTo(value, 6);
  });

  it('looks at the brain alone', () => {
    const [data = new Float32Array()] = scans;
    const mask = Uint8Array.from({ length: 2 * data.length }, (_, index) => (index < data.length ? 1 : 0));
    const doubled = Float32Array.from(mask, (mark, index) => (mark === 1 ? (data[index] ?? 0) : 1e6));
    expect(measureIntensity(doubled, mask, method)).toEqual(measures[0]);
  });
});
