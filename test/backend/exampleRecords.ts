/** Valid records for tests of the store. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newJob } from '#backend/jobs/newJob.ts';
import type { NewDataset } from '#backend/store/datasets.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { Job, TrainRequest } from '#contract/jobs.ts';
import type { AffineMatrix, VolumeRecord } from '#contract/records.ts';

const affine: AffineMatrix = [
  [2, 0, 0, -15],
  [0, 2, 0, -15],
  [0, 0, 2, -15],
  [0, 0, 0, 1],
];

export const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

export function exampleVolume(id: string, changes: Partial<VolumeRecord> = {}): VolumeRecord {
  return {
    id,
    subject: `sub-${id}`,
    session: null,
    split: 'train',
    path: `volumes/${id}.nii`,
    sha256: sha256(id),
    labelPath: null,
    thumbnailPath: null,
    low: null,
    removed: false,
    sourceFile: `${id}.nii.gz`,
    sourceSha256: sha256(`source of ${id}`),
    affine,
    transform: {
      native: {
        format: 'nifti1',
        size: [20, 20, 20],
        spacingMm: [1.5, 1.5, 1.5],
        affine,
        affineSource: 'sform',
        datatype: 'int16',
        valueSlope: 0.5,
        valueIntercept: 0,
      },
      centreOfMassMm: [0.25, -1, 3],
      smoothingSigmaMm: [0.4, 0.4, 0.4],
      interpolation: 'linear',
      intensity: { low: 10, high: 900.5, background: 0, lowPercentile: 0.5, highPercentile: 99.5 },
      maskThreshold: 120,
      isHead: false,
      brainMl: 1400,
      alignment: null,
      preprocessing: null,
    },
    attributes: { age: 71, sex: 'F' },
    quality: null,
    accepted: false,
    warnings: [],
    ...changes,
  };
}

const importRequest: ImportRequest = {
  kind: 'import',
  folder: '/scans',
  name: 'adults',
  grid: 16,
  spacingMm: 'auto',
  holdout: 0.2,
  seed: 7,
  derivative: null,
};

export const exampleImportJob = (): Job => newJob(importRequest, null);

export function exampleDataset(jobId: string): NewDataset {
  return {
    id: 'dataset-1',
    name: 'adults',
    grid: 16,
    spacingMm: 2,
    fingerprint: 'f'.repeat(64),
    seed: 7,
    holdout: 0.2,
    jobId,
    createdAt: '2026-01-02T03:04:05.000Z',
  };
}

const trainRequest: TrainRequest = {
  kind: 'train',
  datasetId: 'dataset-1',
  modelId: 'alpha-wgan',
  preset: 'sigmarat2',
  config: {},
  until: { iterations: 100 },
  seed: 3,
  previewEvery: null,
  checkpointEvery: null,
};

export const exampleTrainJob = (changes: Partial<Job> = {}): Job => ({
  ...newJob(trainRequest, 'f'.repeat(64)),
  ...changes,
});

/** A checkpoint folder as a worker leaves it; returns the hash of its weights. */
export function writeCheckpoint(
  projectDir: string,
  { id, jobId, iteration }: { id: string; jobId: string; iteration: number },
): string {
  const folder = join(projectDir, 'checkpoints', id);
  const weights = `weights of ${id}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'weights.safetensors'), weights);
  const description = {
    id,
    jobId,
    iteration,
    modelId: 'alpha-wgan',
    sha256: sha256(weights),
    milestone: false,
    createdAt: new Date().toISOString(),
  };
  writeFileSync(join(folder, 'checkpoint.json'), JSON.stringify(description));
  return sha256(weights);
}
