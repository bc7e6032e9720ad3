/** What the page of super-resolution derives: requests, evidence, plots; and the slider of its training. */
import { describe, expect, test } from 'vitest';
import type { CheckpointSummary, Evaluation } from '#contract/commands.ts';
import { fileName } from '#ui/fileName.ts';
import { evidenceOf } from '../../../src-renderer/features/superResolution/evidence.ts';
import { placeCases } from '../../../src-renderer/features/superResolution/plot.ts';
import { superResolveInput, withScans, type Setup } from '../../../src-renderer/features/superResolution/setupState.ts';
import { lastPosition, positionOf, weightAt } from '../../../src-renderer/features/train/fidelity.ts';

const checkpoint = (changes: Partial<CheckpointSummary> = {}): CheckpointSummary => ({
  id: 'c',
  jobId: 'run',
  iteration: 20,
  path: 'checkpoints/c',
  sha256: 'ab'.repeat(32),
  bytes: 1,
  milestone: false,
  createdAt: '2026-11-21T10:00:00.000Z',
  modelId: 'srgan',
  kind: 'super-resolution',
  dataset: 'adults',
  grid: 64,
  hasTruncation: false,
  previewId: null,
  trainedOn: null,
  condition: null,
  ...changes,
});
const interval = { low: 0, high: 0 };
const summary = (method: 'network' | 'cubic', median: number) => ({
  method,
  measure: 'psnr' as const,
  n: 1,
  median,
  interval,
});
const evaluation = (job: string, sha256: string, psnr: number): Evaluation => ({
  job,
  jsonId: 'j',
  htmlId: null,
  report: {
    format: 1,
    createdAt: '2026-11-21T11:00:00.000Z',
    doppel: '0.1.0',
    engine: 'tensorflow',
    device: 'CPU',
    checkpoint: { id: 'c', modelId: 'srgan', iteration: 20, sha256, trainingSetHash: '', trainingScans: 3 },
    scannerModel: { factor: [2, 2, 2], profile: 'gaussian', noise: 0, seed: 1 },
    inputs: 'made',
    backProjection: 0,
    split: '',
    warnings: [],
    scans: [],
    summaries: [summary('network', psnr), summary('cubic', 20)],
    tests: [],
    agreement: [],
  },
});

describe('evidence', () => {
  test('is of trained super-resolution checkpoints alone', () => {
    const checkpoints = [checkpoint(), checkpoint({ iteration: 0 }), checkpoint({ kind: 'generator' })];
    expect(evidenceOf({ checkpoints, evaluations: [], metrics: new Map() })).toHaveLength(1);
  });

  test('takes the newest evaluation of the same weights, and what training last measured before them', () => {
    const metrics = new Map([
      [
        'run',
        {
          iterations: [10, 20, 30],
          values: { heldoutPsnr: [24, 25, 29], 'heldoutPsnr.interpolated': [22, 22, null] },
        },
      ],
    ]);
    const evaluations = [
      evaluation('other', 'cd'.repeat(32), 40),
      evaluation('newer', 'ab'.repeat(32), 23),
      evaluation('older', 'ab'.repeat(32), 21),
    ];
    const [found] = evidenceOf({ checkpoints: [checkpoint()], evaluations, metrics });
    expect(found?.evaluation?.job).toBe('newer');
    expect(found?.evaluated).toEqual({ psnr: 23, gain: 3, scans: 0 });
    expect(found?.patches).toEqual({ psnr: 25, gain: 3 });
  });

  test('says nothing where nothing was measured', () => {
    const known = { checkpoints: [checkpoint({ dataset: null })], evaluations: [], metrics: new Map() };
    expect(evidenceOf(known)).toMatchObject([{ patches: null, evaluation: null, evaluated: null }]);
  });
});

const setup: Setup = {
  checkpoint: 'c',
  scans: [{ path: '/scans/a.nii', name: 'a.nii' }],
  uncertainty: true,
  backProjection: ' 10 ',
  tile: '',
  out: null,
};

test('a complete form becomes a request', () => {
  expect(superResolveInput('/p', { ...setup, tile: '64' })).toEqual({
    project: '/p',
    checkpoint: 'c',
    files: ['/scans/a.nii'],
    out: null,
    factor: null,
    tile: 64,
    uncertainty: true,
    backProjection: 10,
  });
  expect(superResolveInput('/p', setup)?.tile).toBeNull();
});

test.each([
  { checkpoint: null },
  { scans: [] },
  { backProjection: '51' },
  { backProjection: '' },
  { tile: '7' },
  { tile: '64.5' },
])('%o asks for nothing', (wrong) => {
  expect(superResolveInput('/p', { ...setup, ...wrong })).toBeNull();
});

test('a scan is chosen once, in the order of choosing', () => {
  const scan = (path: string) => ({ path, name: fileName(path) });
  const chosen = withScans([scan('/a.nii'), scan('/b.nii')], [scan('/b.nii'), scan('/c/')]);
  expect(chosen.map(({ name }) => name)).toEqual(['a.nii', 'b.nii', 'c']);
  expect(fileName('C:\\scans\\x.nii.gz')).toBe('x.nii.gz');
});

test('a plot spans its values, and equal ones lie in the middle', () => {
  const { cases, ends } = placeCases([{ name: 'a', values: [3, 1] }], { width: 100, height: 10 });
  expect(cases[0]?.marks).toEqual([
    { x: 25, y: 0, value: 3 },
    { x: 75, y: 10, value: 1 },
  ]);
  expect(ends).toEqual([
    { value: 3, y: 0 },
    { value: 1, y: 10 },
  ]);
  expect(placeCases([{ name: 'a', values: [2, 2] }], { width: 1, height: 10 }).ends).toEqual([{ value: 2, y: 5 }]);
  expect(placeCases([], { width: 1, height: 1 }).ends).toEqual([]);
});

test('the slider of fidelity and sharpness finds its weights again', () => {
  expect([weightAt(0), weightAt(1), weightAt(5), weightAt(lastPosition)]).toEqual([0, 1e-4, 1e-3, 10]);
  for (let position = 0; position <= lastPosition; position++) expect(positionOf(weightAt(position))).toBe(position);
  expect([positionOf(NaN), positionOf(1e-9), positionOf(99)]).toEqual([0, 1, lastPosition]);
});
