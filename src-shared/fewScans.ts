/**
 * What to offer where a model is to learn from few scans: a discriminator learns these by heart, and what the network makes
 * becomes like them or breaks down. Why so many: docs/decisions/0025-augmentation-for-small-cohorts.md.
 */

/** Training scans below which it is offered. */
export const fewScans = 500;

interface Cohort {
  /** Scans to train with, and held out. */
  readonly train: number;
  readonly heldout: number;
}

/**
 * Settings that steady a model on few scans, by name; null where there are enough, where it augments already, or where it
 * has no discriminator of scans. `config` is complete.
 */
export function steadierSettings(
  config: Readonly<Record<string, unknown>>,
  { train, heldout }: Cohort,
): Readonly<Record<string, string | number>> | null {
  if (config['augment'] !== 'off' || train === 0 || train >= fewScans) return null;
  const augment = heldout > 0 ? 'adaptive' : 'fixed'; // it adapts by held-out scans
  return 'penalty' in config ? { augment } : { augment, r1: 1 }; // a gradient penalty steadies already
}
