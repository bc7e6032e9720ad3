/** The networks whose features scans are compared by: a fixed random one, and one that has learned from the training scans. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import type { Extractor } from '#contract/evidence/figure.ts';
import { fillAtomic, sha256Of } from '#imaging/atomicWrite.ts';
import {
  contrastiveName,
  contrastiveSteps,
  createContrastiveFeatures,
  trainContrastive,
} from '#models/features/contrastiveFeatures.ts';
import { createRandomFeatures, type FeatureNetwork } from '#models/features/randomFeatures.ts';
import type { EvidenceScans } from '#shared/evidence/scans.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import { openSafetensors, writeSafetensors } from '../safetensors.ts';

/** In the project's reports: encoders that were trained for one, by their hash. */
export const extractorsFolder = 'extractors';

export interface OpenExtractor {
  readonly network: FeatureNetwork;
  readonly description: Extractor;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function described(network: FeatureNetwork, words: string): OpenExtractor {
  const { name, length, weights } = network;
  return { network, description: { name, length, sha256: sha256Of(bytesOf(weights)), words } };
}

/** The caller disposes its network. */
export function openRandomExtractor(): OpenExtractor {
  return described(createRandomFeatures(), 'Three stages of fixed random 3-D convolutions; nothing was learned from any scan.');
} // prettier-ignore

/** Contrasting scans with each other needs a few of them. */
export const leastToContrast = 8;

const tensorName = 'filters';

async function keptFilters(path: string): Promise<Float32Array | null> {
  try {
    const file = await openSafetensors(path);
    try {
      return await file.read(tensorName);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing || (thrown instanceof AppError && thrown.code === 'checkpoint-damaged')) return null;
    throw thrown;
  }
}

interface LearnOptions {
  readonly seed: number;
  readonly cacheDir: string;
  readonly onStep: (step: number, of: number) => Promise<void>;
}

/**
 * Trains the encoder on the training scans, or takes the one that was trained on just these with this seed before. The caller
 * disposes its network.
 */
export async function openLearnedExtractor(
  { training, side }: EvidenceScans,
  { seed, cacheDir, onStep }: LearnOptions,
): Promise<OpenExtractor> {
  const scans: Sample = training.map(({ voxels }) => voxels);
  const hashes = scans.map((scan) => sha256Of(bytesOf(scan)));
  const key = sha256Of([contrastiveName, side, seed, contrastiveSteps, ...hashes].join(' '));
  const path = join(cacheDir, `${key}.safetensors`);
  const kept = await keptFilters(path);
  const filters =
    kept ??
    (await trainContrastive(scans, side, { seed, steps: contrastiveSteps, onStep: (step) => onStep(step, contrastiveSteps) })); // prettier-ignore
  if (kept === null) {
    await mkdir(cacheDir, { recursive: true });
    const source = { name: tensorName, shape: [filters.length], read: () => Promise.resolve(filters) };
    await fillAtomic(path, (temporary) => writeSafetensors(temporary, [source], { name: contrastiveName, seed: String(seed) })); // prettier-ignore
  }
  const words = `A small 3-D encoder that learned without labels from the ${String(training.length)} training scans alone, in ${String(contrastiveSteps)} steps, to tell scans apart whatever their place and brightness (seed ${String(seed)}).`;
  return described(createContrastiveFeatures(filters), words);
}

/** Features of scans of side³ voxels, in their order; a scan that is repeated is looked at once. `onScan`: awaited after each. */
export async function extractFeatures(
  tf: typeof TensorFlow,
  { network }: OpenExtractor,
  { scans, side, onScan }: { readonly scans: Sample; readonly side: number; readonly onScan: () => Promise<void> },
): Promise<Sample> {
  const found = new Map<Float32Array, Float32Array>();
  for (const scan of scans) {
    if (found.has(scan)) continue;
    const features = tf.tidy(() => network.extract(tf.tensor5d(scan, [1, side, side, side, 1])));
    found.set(scan, (await features.data()) as Float32Array);
    features.dispose();
    await onScan();
  }
  return scans.map((scan) => found.get(scan) ?? new Float32Array());
}
