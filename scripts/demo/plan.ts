/** What the demo does, in numbers: everything that can be tuned stands here. */

/**
 * Over the preset, for minutes on two cores: networks narrow enough for several iterations a second, a code that so few
 * scans can fill, larger steps, a weaker penalty and a moving average that keeps up. The published values are for days.
 */
export const shortTraining: Readonly<Record<string, unknown>> = {
  width: 64,
  latent: 64,
  codeUnits: 256,
  rate: 1e-3,
  beta1: 0.5,
  penalty: 10,
  averageDecay: 0.98,
};

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
    preset: null as string | null, // the model's default
    overrides: shortTraining,
    minutes: 2,
    previewEvery: null as number | null, // about every half minute
  },
  synthesize: { count: 8, seed: 1, truncation: 1 },
} as const;
