/** Weights that come from elsewhere and go there, and what a network makes of codes that are given to it. */
import { z } from 'zod';
import { classNames } from '../condition.ts';

const file = z.string().min(1); // absolute

/** A file of weights (PyTorch, safetensors) becomes a checkpoint. */
export const weightsImportRequest = z.strictObject({
  kind: z.literal('weights-import'),
  file,
  modelId: z.string(),
  config: z.record(z.string(), z.unknown()), // the parsed, complete configuration
  grid: z.int().positive().nullable(), // null: the one grid that the file fits
  network: z.string().min(1).nullable(), // null: found by names and shapes
  datasetId: z.string().nullable(), // whose space and intensities its scans are to have; null: none
  classes: classNames.optional(), // of a conditional network, in the order in which it numbers them; not given: it is not conditional
  seed: z.int().nonnegative(), // of the networks that the file does not hold
});
export type WeightsImportRequest = z.infer<typeof weightsImportRequest>;

/** The network's own output for given codes, without space or intensities. */
export const renderRequest = z.strictObject({
  kind: z.literal('render'),
  checkpointId: z.string(),
  latents: file, // .npy, [n, latent]
  out: file, // .npy, [n, d, h, w, 1] in [-1, 1]
  seed: z.int().nonnegative(), // nothing is random here: 0
});

/** What a checkpoint was made of that no training wrote. */
export const importedWeights = z.strictObject({
  sha256: z.string(), // of the file
  networks: z.array(z.string()), // those it held; the others are as they were drawn
});
export type ImportedWeights = z.infer<typeof importedWeights>;

/** A network of a checkpoint, written under the names of its authors. */
export const weightsExportRequest = z.strictObject({
  file, // .safetensors
  network: z.string().min(1), // 'average': the averaged generator; 'all': every network, names after its own and a full stop
});

export const exportedMessage = z.strictObject({
  type: z.literal('exported'),
  networks: z.array(z.string()),
  tensors: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});
