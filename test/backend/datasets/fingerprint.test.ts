import { expect, test } from 'vitest';
import { fingerprintOf } from '#backend/datasets/registerDataset.ts';
import type { LowScan } from '#contract/records.ts';
import { sha256 } from '../exampleRecords.ts';

const volumes = [
  { sha256: 'b'.repeat(64), split: 'train', low: null },
  { sha256: 'a'.repeat(64), split: 'heldout', low: null },
] as const;

test('the fingerprint is the hash of the documented lines, whatever the order of the volumes', () => {
  const lines = `grid 16\nspacing 2.5\n${'a'.repeat(64)} heldout\n${'b'.repeat(64)} train\n`;
  expect(fingerprintOf({ grid: 16, spacingMm: 2.5, volumes })).toBe(sha256(lines));
  expect(fingerprintOf({ grid: 16, spacingMm: 2.5, volumes: volumes.toReversed() })).toBe(sha256(lines));
});

const low: LowScan = {
  path: 'volumes/a.low.nii',
  sha256: 'd'.repeat(64),
  factor: [1, 1, 2],
  sourceFile: 'a.nii',
  sourceSha256: 'e'.repeat(64),
  correlation: 0.97,
};

test('another split, grid, spacing or low-resolution scan is another dataset', () => {
  const same = { grid: 16, spacingMm: 2.5, volumes };
  const others = [
    { ...same, grid: 32 },
    { ...same, spacingMm: 2 },
    { ...same, volumes: volumes.map((volume) => ({ ...volume, split: 'train' as const })) },
    { ...same, volumes: volumes.map((volume) => ({ ...volume, low })) },
    { ...same, volumes: volumes.map((volume) => ({ ...volume, low: { ...low, sha256: 'c'.repeat(64) } })) },
  ];
  expect(new Set([same, ...others].map(fingerprintOf)).size).toBe(6);
});
