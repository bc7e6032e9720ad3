/**
 * Weights from elsewhere become a checkpoint: the networks that the file holds are taken from it, the others are drawn as
 * before a training, and the averaged generator is the generator. Nothing was trained here: optimisers are left out.
 */
import { basename, join, relative, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import type { GeneratorEntry, GeneratorModel, Network } from '#models/model.ts';
import { fromPublished, type PublishedNetwork, type PublishedTensor } from '#models/publishedNames.ts';
import { findModel } from '#models/registry.ts';
import type { Condition } from '#shared/condition.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { matchWeights, type FoundNetwork, type Match } from './matchWeights.ts';
import { averagedNetwork, generatorNetwork, namesOfModel } from './networkNames.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { openTensorFile } from './tensorFile.ts';
import { quoted, type TensorFile } from './tensorSource.ts';

type Task = TaskOf<'weights-import'>;

/** Sends the checkpoint, and as the outcome of the file what it was found to be. */
export async function importWeights(task: Task, context: WorkerContext): Promise<void> {
  const { request } = task;
  const entry = requireGenerator(request.modelId);
  const config = entry.configSchema.parse(request.config);
  const file = await openTensorFile(request.file);
  try {
    const { engine } = await loadTensorFlow();
    context.send({ type: 'device', device: engine.device, engine: `${engine.name} ${engine.version}` });
    const grids = request.grid === null ? entry.grids : [request.grid];
    const condition = conditionOfFile(entry, config, request);
    const classes = condition?.values.length ?? 0;
    const candidates = grids.map((grid) => ({ grid, names: namesOfModel(entry, { config, grid, classes }) }));
    const match = matchWeights(file, candidates, { model: entry.id, network: request.network });
    const model = entry.create({ config, grid: match.grid, seed: request.seed, classes });
    try {
      await fill(model, file, match, context);
      await write(model, { match, condition }, task, context);
    } finally {
      model.dispose();
    }
  } finally {
    await file.close();
  }
}

function requireGenerator(id: string): GeneratorEntry {
  const entry = findModel(id);
  if (entry.kind === 'generator') return entry;
  throw new AppError(
    'checkpoint-mismatch',
    `${entry.id} makes scans finer: it needs to know what it was trained on, which weights alone do not say. Import the folder of a checkpoint instead.`,
  );
}

/** The classes as the user names them: the file does not. */
function conditionOfFile(entry: GeneratorEntry, config: unknown, { classes }: Task['request']): Condition | null {
  const column = entry.condition?.(config) ?? '';
  return classes === undefined ? null : { column, values: classes };
}

async function fill(model: GeneratorModel, file: TensorFile, match: Match, context: WorkerContext): Promise<void> {
  const total = match.networks.reduce((sum, { network }) => sum + tensorsOf(match, network).length, 0);
  let done = 0;
  for (const found of match.networks) {
    const network = model.networks[found.network] as Network;
    for (const tensor of tensorsOf(match, found.network)) {
      if (context.isCancelled()) throw cancelledError();
      assign(network, tensor, await readTensor(file, tensor, found));
      done++;
      context.send({
        type: 'progress',
        progress: { done, total, unit: 'steps', secondsLeft: null, note: `tensors of ${found.network}` },
      });
    }
    if (found.network === generatorNetwork) copyToAverage(model);
  }
  model.counters?.finish();
}

const tensorsOf = ({ names }: Match, network: string): PublishedNetwork['tensors'] => names[network]?.tensors ?? [];

/** In our layout. A running mean counts from what the layer gives without the bias that is left out here. */
async function readTensor(file: TensorFile, tensor: PublishedTensor, { prefix }: FoundNetwork): Promise<Float32Array> {
  const name = `${prefix}${tensor.name}`;
  const values = await file.read(name);
  const bias = `${prefix}${tensor.bias ?? ''}`;
  const offsets = tensor.bias !== undefined && file.names.includes(bias) ? await file.read(bias) : null;
  const numbers = offsets === null ? values : values.map((value, index) => value - (offsets[index] ?? 0));
  if (!numbers.every((value) => Number.isFinite(value)))
    throw new AppError('bad-input', `Tensor ${quoted(name)} holds values that are no finite numbers: its training had failed. Choose another file.`); // prettier-ignore
  return fromPublished(numbers, tensor);
}

function assign(network: Network, { kind, key }: PublishedTensor, values: Float32Array): void {
  const variable = network[kind][key] as tf.Variable;
  tf.tidy(() => {
    variable.assign(tf.tensor(values, variable.shape));
  });
}

function copyToAverage(model: GeneratorModel): void {
  const { [averagedNetwork]: average, [generatorNetwork]: generator } = model.networks;
  for (const kind of ['weights', 'buffers'] as const) {
    for (const [key, variable] of Object.entries(average?.[kind] ?? {})) {
      const source = generator?.[kind][key];
      if (source !== undefined && source !== variable) tf.tidy(() => { variable.assign(tf.add(source, 0)); }); // prettier-ignore
    }
  }
}

interface Found {
  readonly match: Match;
  readonly condition: Condition | null;
}

async function write(
  model: GeneratorModel,
  { match, condition }: Found,
  task: Task,
  context: WorkerContext,
): Promise<void> {
  const { request, projectDir, jobId, versions } = task;
  const held = match.networks.map(({ network }) => network);
  const fresh = Object.keys(match.names).filter((network) => !held.includes(network));
  const checkpointsDir = join(projectDir, 'checkpoints');
  // Without the optimisers: their moments would be zeros, twice the size of the weights.
  const written = await writeCheckpoint(
    { ...model, optimizers: {} },
    {
      checkpointsDir,
      jobId,
      modelId: request.modelId,
      grid: match.grid,
      config: request.config,
      seed: request.seed,
      datasetFingerprint: '',
      trainedOn: null,
      condition,
      imported: { sha256: await sha256OfFile(request.file), networks: held },
      iteration: 0,
      elapsedSeconds: 0,
      dataPosition: 0,
      milestone: true,
      versions,
    },
  );
  const { id, sha256, bytes } = written;
  const path = relative(projectDir, join(checkpointsDir, id)).split(sep).join('/');
  context.send({ type: 'checkpoint', id, iteration: 0, path, sha256, bytes, milestone: true, removed: [] });
  const rest = fresh.length === 0 ? '' : ` Not in the file, so drawn anew and untrained: ${fresh.join(', ')}.`;
  const classes = condition === null ? '' : ` with the classes ${condition.values.join(', ')}`;
  const reason = `Read as the ${held.join(', ')} of ${request.modelId} at ${String(match.grid)}³${classes}.${rest}`;
  context.send({ type: 'file', outcome: { path: basename(request.file), status: 'imported', code: 'ok', reason } });
}
