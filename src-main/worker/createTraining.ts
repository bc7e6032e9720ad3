/** A model under training with its data, by the kind of model. */
import type { ModelEntry } from '#models/model.ts';
import { createGeneratorTraining } from './generatorTraining.ts';
import { createSuperResolutionTraining } from './superResolutionTraining.ts';
import type { Training, TrainingRequest } from './training.ts';

/** A fresh model and its data; the caller disposes the model. */
export async function createTraining(entry: ModelEntry, request: TrainingRequest): Promise<Training> {
  switch (entry.kind) {
    case 'generator':
      return createGeneratorTraining(entry, request);
    case 'super-resolution':
      return createSuperResolutionTraining(entry, request);
  }
}
