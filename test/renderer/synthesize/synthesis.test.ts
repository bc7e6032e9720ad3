/** What the page of synthesis derives: runs, galleries, requests. */
import { expect, test } from 'vitest';
import type { CheckpointSummary } from '#contract/commands.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import { galleryScans } from '../../../src-renderer/features/synthesize/gallery.ts';
import { runsOf } from '../../../src-renderer/features/synthesize/runsOf.ts';
import { synthesisInput, type Setup } from '../../../src-renderer/features/synthesize/setupState.ts';

const checkpoint = (id: string, jobId: string, iteration: number): CheckpointSummary => ({
  id,
  jobId,
  iteration,
  path: `checkpoints/${id}`,
  sha256: 'ab'.repeat(32),
  bytes: 1,
  milestone: false,
  createdAt: '2026-11-21T10:00:00.000Z',
  modelId: 'alpha-wgan',
  kind: 'generator',
  dataset: 'adults',
  grid: 32,
  hasTruncation: false,
  previewId: null,
  trainedOn: null,
  condition: null,
});
const artifact = (id: string, kind: ArtifactRecord['kind'], seed: number): ArtifactRecord => ({
  id,
  jobId: 's',
  kind,
  path: id,
  sha256: 'ab'.repeat(32),
  iteration: 1,
  seed,
});

test('checkpoints are grouped by run, the furthest trained first', () => {
  const runs = runsOf([checkpoint('a', 'new', 5), checkpoint('b', 'old', 9), checkpoint('c', 'new', 7)]);
  expect(runs.map((run) => run.map(({ id }) => id))).toEqual([['c', 'a'], ['b']]);
});

test('a scan finds its picture by the seed, whatever the order', () => {
  const artifacts = [
    artifact('v2', 'synthetic-volume', 2),
    artifact('t1', 'thumbnail', 1),
    artifact('sheet', 'contact-sheet', 1),
    artifact('v1', 'synthetic-volume', 1),
  ];
  expect(galleryScans(artifacts)).toEqual([
    { id: 'v1', seed: 1, thumbnailId: 't1' },
    { id: 'v2', seed: 2, thumbnailId: null },
  ]);
});

const setup: Setup = { checkpoint: 'c', count: ' 8 ', seed: '0', truncation: 0.7, out: null };

test('a complete form becomes a request', () => {
  expect(synthesisInput('/p', setup)).toEqual({
    project: '/p',
    checkpoint: 'c',
    count: 8,
    seed: 0,
    truncation: 0.7,
    out: null,
  });
});

test.each([{ count: '' }, { count: '0' }, { count: '2.5' }, { count: '100001' }, { seed: '-1' }, { checkpoint: null }])(
  '%o asks for nothing',
  (wrong) => {
    expect(synthesisInput('/p', { ...setup, ...wrong })).toBeNull();
  },
);
