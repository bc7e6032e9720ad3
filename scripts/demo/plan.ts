/** What the demo does, in numbers: everything that can be tuned stands here. */

export const plan = {
  datasetName: 'demo',
  /** Used when no folder is given. */
  phantoms: { count: 24, seed: 1 },
  /** Coarse enough to learn something in minutes on two cores. */
  grid: 32,
  holdout: 0.2,
  seed: 1,
  train: {
    modelId: 'alpha-wgan',
    preset: 'look', // of minutes on two cores; the published ones are of days
    minutes: 2,
    previewEvery: null as number | null, // about every half minute
  },
  synthesize: { count: 8, seed: 1, truncation: 1 },
} as const;
