import { beforeAll, describe, expect, it } from 'vitest';
import { fromPublished, permuteAxes, toPublished, type PublishedTensor } from '#models/publishedNames.ts';
import { registry } from '#models/registry.ts';
import { createRandom } from '#shared/random.ts';
import { testEngine } from './engine.ts';
import { smallConfigs } from './smallConfigs.ts';

const entries = registry.flatMap((entry) =>
  entry.kind === 'generator' && entry.publishedNames !== undefined
    ? entry.presets.map((preset) => ({ name: `${entry.id}, ${preset.id}`, entry, preset }))
    : [],
);

describe.each(entries)('the published names of $name', ({ entry, preset }) => {
  beforeAll(async () => {
    await testEngine();
  });

  const classCounts = entry.condition === undefined ? [0] : [0, 3];
  it.each(classCounts)('tell of every tensor once, with its number of values, for %i classes', (classes) => {
    const config = entry.configSchema.parse({ ...preset.config, ...smallConfigs[entry.id] });
    const grid = entry.grids.find((side) => side >= 16) ?? 16;
    const published = entry.publishedNames?.(config, grid, classes) ?? {};
    const model = entry.create({ config, grid, seed: 1, classes });
    expect(Object.keys(published).toSorted()).toEqual(Object.keys(model.networks).filter((name) => name !== 'average').toSorted()); // prettier-ignore
    for (const [name, { tensors, idle }] of Object.entries(published)) {
      const network = model.networks[name];
      const named = tensors.map(({ kind, key }) => `${kind} ${key}`);
      const all = (['weights', 'buffers'] as const).flatMap((kind) =>
        Object.keys(network?.[kind] ?? {}).map((key) => `${kind} ${key}`),
      );
      const found = all.filter((key) => named.includes(key) || !/^buffers .*\.v$/.test(key)); // v follows from u
      expect(named.toSorted(), name).toEqual(found.toSorted());
      for (const { kind, key, sides, shape } of tensors) {
        expect(product(sides), `${name}, ${key}`).toBe(network?.[kind][key]?.size);
        expect(product(shape), `${name}, ${key}`).toBe(product(sides));
      }
      const names = [...tensors, ...idle].map((tensor) => tensor.name);
      expect(new Set(names).size).toBe(names.length);
    }
    model.dispose();
  });
});

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);

describe('a layout', () => {
  it('turns axes: [2, 3] → [3, 2]', () => {
    expect([...permuteAxes(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3], [1, 0])]).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('goes both ways without a change', () => {
    const sides = [2, 3, 4, 5, 6];
    const tensor: PublishedTensor = { name: 'a', kind: 'weights', key: 'a', sides, axes: [4, 3, 0, 1, 2], shape: [6, 5, 2, 3, 4] }; // prettier-ignore
    const values = createRandom(1).normals(product(sides));
    expect(fromPublished(toPublished(values, tensor), tensor)).toEqual(values);
    // [d, h, w, in, out] = [1, 2, 3, 4, 5] is published [out, in, d, h, w] = [5, 4, 1, 2, 3]
    const ours = (((1 * 3 + 2) * 4 + 3) * 5 + 4) * 6 + 5;
    const theirs = (((5 * 5 + 4) * 2 + 1) * 3 + 2) * 4 + 3;
    expect(toPublished(values, tensor)[theirs]).toBe(values[ours]);
  });
});
