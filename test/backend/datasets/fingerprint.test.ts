import { expect, test } from 'vitest';
import { fingerprintOf } from '#backend/datasets/registerDataset.ts';
import { sha256 } from '../exampleRecords.ts';

const volumes = [
  { sha256: 'b'.repeat(64), split: 'train' },
  { sha256: 'a'.repeat(64), split: 'heldout' },
] as const;

test('the fingerprint is the hash of the documented lines, whatever the order of the volumes', () => {
  const lines = `grid 16\nspacing 2.5\n${'a'.repeat(64)} heldout\n${'b'.repeat(64)} train\n`;
  expect(fingerprintOf({ grid: 16, spacingMm: 2.5, volumes })).toBe(sha256(lines));
  expect(fingerprintOf({ grid: 16, spacingMm: 2.5, volumes: volumes.toReversed() })).toBe(sha256(lines));
});

test('another split, grid or spacing is another dataset', () => {
  const same = { grid: 16, spacingMm: 2.5, volumes };
  const others = [
    { ...same, grid: 32 },
    { ...same, spacingMm: 2 },
    { ...same, volumes: volumes.map((volume) => ({ ...volume, split: 'train' as const })) },
  ];
  expect(new Set([same, ...others].map(fingerprintOf)).size).toBe(4);
});
