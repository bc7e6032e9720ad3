import { expect, it } from 'vitest';
import { fuzzReaders } from './fuzzReaders.ts';
import { temporaryFolder } from './temporaryFolder.ts';

it('of 800 damaged files of every format each is read or refused in words', { timeout: 120_000 }, async () => {
  const { read, refused, faults } = await fuzzReaders({
    files: 800,
    seed: 1,
    folder: temporaryFolder(),
    convertEvery: 100,
  });
  expect(faults).toEqual([]);
  expect(read + refused).toBe(800);
  expect(refused).toBeGreaterThan(120); // the damage is felt
  expect(process.resourceUsage().maxRSS / 2 ** 20).toBeLessThan(1); // KiB, so GiB
});
