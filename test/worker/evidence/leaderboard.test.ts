/** The leaderboard of two small networks, measured in this process on balls, and what keeps trainings apart. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leaderboardReport } from '#contract/evidence/leaderboard.ts';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { dcGan } from '#models/dcGan.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { testEngine } from '#test/models/engine.ts';
import { writeCheckpoint } from '#worker/checkpoint.ts';
import { measureLeaderboard } from '#worker/evidence/leaderboard.ts';
import { groupTrainings, type MeasuredTraining } from '#worker/evidence/leaderboardGroups.ts';

const grid = 16;
const versions = { doppel: '0', node: '24', engine: '' };

async function writeBall(path: string, which: number): Promise<void> {
  const data = Float32Array.from({ length: grid ** 3 }, (_, index) => {
    const place = [index % grid, Math.floor(index / grid) % grid, Math.floor(index / grid ** 2)];
    const far = Math.hypot(...place.map((at) => at - (grid - 1) / 2));
    return far < 5 + 0.3 * which ? 0.3 * Math.sin(which + far) : -1;
  });
  const volume = { size: [grid, grid, grid] as const, affine: gridAffine(8, [-60, -60, -60]), data };
  await writeNifti(path, volume, { storage: { kind: 'float32' }, description: 'test' });
}

type Training = TaskOf<'leaderboard'>['trainings'][number];

async function makeTraining(folder: string, seed: number, until: Training['until']): Promise<Training> {
  await testEngine();
  const config = dcGan.configSchema.parse({ width: 8, latent: 4, batch: 1 });
  const model = dcGan.create({ config, grid, seed });
  const written = await writeCheckpoint(model, {
    checkpointsDir: folder, jobId: `train-${String(seed)}`, modelId: 'dc-gan', grid, config, seed, datasetFingerprint: 'f', trainedOn: null,
    iteration: 1, elapsedSeconds: 1, dataPosition: 1, milestone: false, versions,
  }); // prettier-ignore
  model.dispose();
  return {
    job: `train-${String(seed)}`, modelId: 'dc-gan', preset: 'look', seed, until, iterations: 1, seconds: 1, device: 'CPU', isWhole: true,
    isContinued: false, fingerprint: 'f', checkpoint: written.id, checkpointSha256: written.sha256, checkpointDir: join(folder, written.id),
  }; // prettier-ignore
}

async function makeTask(): Promise<TaskOf<'leaderboard'>> {
  const folder = temporaryFolder();
  const volumes = Array.from({ length: 8 }, (_, which) => ({
    id: `v${String(which)}`,
    split: which < 4 ? ('heldout' as const) : ('train' as const),
    path: join(folder, `${String(which)}.nii`),
  }));
  for (const [which, { path }] of volumes.entries()) await writeBall(path, which);
  return {
    kind: 'leaderboard',
    request: { kind: 'leaderboard', datasetId: 'd', count: 8, seed: 1 },
    reportsDir: join(folder, 'reports'),
    jobId: 'leaderboard-1',
    dataset: { name: 'balls', fingerprint: 'f', grid, spacingMm: 8 },
    volumes,
    trainings: [await makeTraining(folder, 1, { minutes: 1 }), await makeTraining(folder, 2, { minutes: 2 })],
    versions,
  };
}

test('every training is measured by the same scans and measures, beside one floor and the same baselines', async () => {
  const task = await makeTask();
  const messages: WorkerMessage[] = [];
  await measureLeaderboard(task, { send: (message) => messages.push(message), isCancelled: () => false });
  const text = readFileSync(join(task.reportsDir, 'leaderboard-1.json'), 'utf8');
  const report = leaderboardReport.parse(JSON.parse(text));
  expect(messages.some(({ type }) => type === 'artifact')).toBe(true);
  expect(report.dataset).toMatchObject({ train: 4, heldout: 4 });
  expect(report.split).toContain('held-out');
  expect(report.groups.map(({ words, rows }) => [words, rows.length])).toEqual([
    ['1 minutes of training, on CPU.', 1],
    ['2 minutes of training, on CPU.', 1],
  ]);
  expect(report.extractors[0]).toMatchObject({
    name: 'random-3d-1',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  const [first, second] = report.groups.map(({ rows }) => rows[0]);
  const names = report.references.map(({ name, extractor }) => `${name} ${String(extractor)}`);
  expect(names).toContain('mmdRbf random-3d-1');
  for (const row of [first, second]) expect(row?.measures.map(({ name, extractor }) => `${name} ${String(extractor)}`)).toEqual(names); // prettier-ignore
  expect(first?.measures).not.toEqual(second?.measures);
  const mmd = report.references.find(({ name }) => name === 'mmdRbf');
  for (const figure of [mmd?.floor, mmd?.meanBrain, mmd?.pcaGaussian]) expect(figure?.value).not.toBeNull();
  expect(report.notes.some((note) => note.includes('different groups'))).toBe(true);

  await expect(measureLeaderboard(task, { send: () => undefined, isCancelled: () => true })).rejects.toMatchObject({ code: 'cancelled' }); // prettier-ignore
});

const training = (job: string, value: number | null, more: Partial<MeasuredTraining> = {}): MeasuredTraining => ({
  job, modelId: job, preset: 'look', seed: 1, until: { iterations: 5 }, iterations: 5, seconds: null, device: 'CPU', isWhole: true,
  isContinued: false, fingerprint: 'now', checkpoint: job, checkpointSha256: job,
  measures: [{ name: 'mmdRbf', extractor: 'random-3d-1', figure: { value, low: null, high: null, n: { real: 3, synthetic: 8 } }, p: null }],
  ...more,
}); // prettier-ignore

test('trainings of one budget, device and split stand together, the nearest first; others stand apart in words', () => {
  const { groups, rankedBy } = groupTrainings(
    [
      training('far', 0.5),
      training('untold', null),
      training('near', 0.1),
      training('longer', 0, { until: { iterations: 50 } }),
      training('half-way', 0, { isWhole: false }),
      training('begun', 0, { isContinued: true }),
      training('elsewhere', 0, { device: 'H200' }),
      training('earlier', 0, { fingerprint: 'before' }),
    ],
    { fingerprint: 'now', heldout: 30 },
  );
  expect(rankedBy).toEqual({ name: 'mmdRbf', extractor: 'random-3d-1' });
  expect(groups.map(({ rows }) => rows.map(({ job }) => job))).toEqual([
    ['near', 'far', 'untold'],
    ['longer'],
    ['half-way'],
    ['begun'],
    ['elsewhere'],
    ['earlier'],
  ]);
  const words = groups.map(({ words: text }) => text);
  expect(words[2]).toContain('stopped before its end');
  expect(words[4]).toContain('on H200');
  expect(words[5]).toContain('before scans were taken out');
});
