/**
 * The leaderboard: all generators that a project has trained on a dataset, measured against the same real scans, beside
 * floor and baselines. Trainings of different splits or budgets stand in different groups.
 */
import { z } from 'zod';
import { extractor, figure } from './figure.ts';
import { likenessMeasure, likenessMeasureName } from './likeness.ts';

const seed = z.int().nonnegative();
const text = z.string();

/** How long a training was to take: so many iterations, or so many minutes by the clock. */
const until = z.union([
  z.strictObject({ iterations: z.int().positive() }),
  z.strictObject({ minutes: z.number().positive() }),
]);

export const leaderboardRequest = z.strictObject({
  kind: z.literal('leaderboard'),
  datasetId: text,
  count: z.int().min(8).max(1000), // synthetic scans of each training
  seed,
});
export type LeaderboardRequest = z.infer<typeof leaderboardRequest>;

/** A training that can be measured, by its furthest checkpoint. */
export const leaderboardTraining = z.strictObject({
  job: text,
  modelId: text,
  preset: text,
  seed,
  until,
  iterations: z.int().positive(), // of the checkpoint
  seconds: z.number().nonnegative().nullable(), // of training up to it, about; null: not known
  device: text.nullable(),
  isWhole: z.boolean(), // it has spent its budget
  isContinued: z.boolean(), // it began with the networks of another checkpoint
  fingerprint: text, // of the dataset as it was trained on
  checkpoint: text, // id
  checkpointSha256: text,
});
export type LeaderboardTraining = z.infer<typeof leaderboardTraining>;

/** What the worker gets beside the versions; absolute paths. */
export const leaderboardTask = {
  kind: z.literal('leaderboard'),
  request: leaderboardRequest,
  reportsDir: text, // of the project; JOB.json goes there
  jobId: text,
  dataset: z.strictObject({
    name: text,
    fingerprint: text,
    grid: z.int().positive(),
    spacingMm: z.number().positive(),
  }),
  volumes: z.array(z.strictObject({ id: text, split: z.enum(['train', 'heldout']), path: text })),
  trainings: z.array(leaderboardTraining.extend({ checkpointDir: text })).min(1),
};

const leaderboardMeasure = z.strictObject({
  name: likenessMeasureName,
  extractor: text.nullable(), // its name; null: taken of the voxels themselves
  figure,
  p: z.number().nullable(), // of a permutation test against "one distribution"
});
export type LeaderboardMeasure = z.infer<typeof leaderboardMeasure>;

/** Trainings of one split, budget and device, the nearest to the real scans first. */
const leaderboardGroup = z.strictObject({
  words: text,
  rows: z.array(leaderboardTraining.extend({ measures: z.array(leaderboardMeasure) })).min(1),
});

export const leaderboardReport = z.strictObject({
  format: z.literal(1),
  createdAt: text,
  doppel: text,
  engine: text,
  device: text,
  dataset: z.strictObject({
    name: text,
    fingerprint: text,
    grid: z.int().positive(),
    spacingMm: z.number().positive(),
    train: z.int().nonnegative(),
    heldout: z.int().nonnegative(),
  }),
  split: text, // which real scans all were measured against
  count: z.int().positive(), // synthetic scans of each
  seed,
  extractors: z.array(extractor),
  rankedBy: z.strictObject({ name: likenessMeasureName, extractor: text.nullable() }), // less is nearer
  /** The same for all: what floor and baselines come to. */
  references: z.array(
    likenessMeasure.pick({ name: true, extractor: true, floor: true, real: true, meanBrain: true, pcaGaussian: true }),
  ),
  groups: z.array(leaderboardGroup).min(1),
  notes: z.array(text),
});
export type LeaderboardReport = z.infer<typeof leaderboardReport>;
