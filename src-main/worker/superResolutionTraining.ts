/** Training of a model that makes scans finer. */
import { AppError } from '#contract/errors.ts';
import type { SuperResolutionEntry } from '#models/model.ts';
import type { Training } from './training.ts';

export function createSuperResolutionTraining(entry: SuperResolutionEntry): Promise<Training> {
  return Promise.reject(new AppError('internal', `${entry.id} cannot be trained yet.`));
}
