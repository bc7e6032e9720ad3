/** A network of a checkpoint as a safetensors file, under the names and in the layouts of its authors. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { fillAtomic } from '#imaging/atomicWrite.ts';
import { toPublished, type PublishedNames, type PublishedTensor } from '#models/publishedNames.ts';
import { findModel } from '#models/registry.ts';
import {
  openCheckpointWeights,
  readCheckpointDescription,
  tensorName,
  type CheckpointDescription,
} from './checkpoint.ts';
import type { WorkerContext } from './context.ts';
import { averagedNetwork, generatorNetwork, namesByShape } from './networkNames.ts';
import { writeSafetensors } from './safetensors.ts';
import type { TensorFile, TensorSource } from './tensorSource.ts';

const everyNetwork = 'all';

/** Throws AppError: 'checkpoint-damaged', 'usage' (no such network), 'already-exists' is the caller's to look for. */
export async function exportWeights(task: TaskOf<'weights-export'>, context: WorkerContext): Promise<void> {
  const { request, checkpointDir, checkpointSha256 } = task;
  const description = await readCheckpointDescription(checkpointDir);
  const weights = await openCheckpointWeights(checkpointDir, checkpointSha256);
  try {
    const names = namesIn(description, weights);
    const chosen = choose(request.network, names, description.modelId);
    const sources = chosen.flatMap((one) => sourcesOf(weights, names, one));
    const metadata = {
      model: description.modelId,
      grid: String(description.grid),
      iteration: String(description.iteration),
      config: JSON.stringify(description.config),
    };
    await mkdir(dirname(request.file), { recursive: true });
    const written = await fillAtomic(request.file, (temporary) => writeSafetensors(temporary, sources, metadata));
    const networks = chosen.map(({ stored }) => stored);
    context.send({ type: 'exported', networks, tensors: sources.length, ...written });
  } finally {
    await weights.close();
  }
}

/** Published names; by shape, from what the checkpoint holds, where there are none. */
function namesIn({ modelId, config, grid, condition }: CheckpointDescription, weights: TensorFile): PublishedNames {
  const entry = findModel(modelId);
  if (entry.kind === 'generator' && entry.publishedNames !== undefined)
    return entry.publishedNames(entry.configSchema.parse(config), grid, condition?.values.length ?? 0);
  const held: Record<string, { kind: 'weights' | 'buffers'; key: string; shape: readonly number[] }[]> = {};
  for (const name of weights.names) {
    const [network = '', kind, ...rest] = name.split('/');
    if (kind === 'weights' || kind === 'buffers')
      (held[network] ??= []).push({ kind, key: rest.join('/'), shape: weights.shapeOf(name) });
  }
  return namesByShape(held);
}

/** `stored`: in the checkpoint; `named`: whose names it goes by. */
interface Chosen {
  readonly stored: string;
  readonly named: string;
  readonly prefix: string;
}

function choose(wanted: string, names: PublishedNames, modelId: string): readonly Chosen[] {
  const networks = Object.keys(names);
  const storedFor = (named: string): string => (named === generatorNetwork ? averagedNetwork : named);
  if (wanted === everyNetwork)
    return networks.map((named) => ({ stored: storedFor(named), named, prefix: `${named}.` }));
  const named = wanted === averagedNetwork ? generatorNetwork : wanted;
  if (networks.includes(named)) return [{ stored: wanted, named, prefix: '' }];
  throw new AppError(
    'usage',
    `${modelId} has no network "${wanted}". Choose one of ${[averagedNetwork, ...networks, everyNetwork].join(', ')}.`,
  );
}

function sourcesOf(weights: TensorFile, names: PublishedNames, { stored, named, prefix }: Chosen): TensorSource[] {
  const { tensors, idle } = names[named] ?? { tensors: [], idle: [] };
  // An average shares its buffers with the network it is an average of.
  const place = ({ kind, key }: PublishedTensor): string => {
    const own = tensorName(stored, kind, key);
    return weights.names.includes(own) ? own : tensorName(named, kind, key);
  };
  return [
    ...tensors.map((tensor) => ({
      name: `${prefix}${tensor.name}`,
      shape: tensor.shape,
      read: async () => toPublished(await weights.read(place(tensor)), tensor),
    })),
    ...idle.map(({ name, shape, value }) => ({
      name: `${prefix}${name}`,
      shape,
      read: () => Promise.resolve(new Float32Array(shape.reduce((all, side) => all * side, 1)).fill(value)),
    })),
  ];
}
