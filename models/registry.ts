/** The published models, one line each. */
import { AppError } from '#contract/errors.ts';
import { alphaWgan } from './alphaWgan.ts';
import { autoencoder } from './autoencoder.ts';
import { dcGan } from './dcGan.ts';
import { haGan } from './haGan.ts';
import type { ModelEntry } from './model.ts';
import { progressiveGan } from './progressiveGan.ts';
import { srGan } from './srGan.ts';
import { styleGan } from './styleGan.ts';
import { vae } from './vae.ts';

export const registry: readonly ModelEntry[] = [
  alphaWgan,
  haGan,
  progressiveGan,
  styleGan,
  autoencoder,
  vae,
  dcGan,
  srGan,
];

/** The entry with this id; AppError('not-found') names those there are. */
export function findModel(id: string): ModelEntry {
  const entry = registry.find((model) => model.id === id);
  if (entry === undefined) {
    throw new AppError(
      'not-found',
      `There is no model '${id}'. Known: ${registry.map((model) => model.id).join(', ')}.`,
    );
  }
  return entry;
}
