/** Weights of every model that makes scans, written under the names of its authors and read again. */
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkerMessage } from '#contract/jobs.ts';
import type { GeneratorModel } from '#models/model.ts';
import { registry } from '#models/registry.ts';
import { smallConfigs } from '#test/models/smallConfigs.ts';
import { testEngine } from '#test/models/engine.ts';
import { restoreCheckpoint, writeCheckpoint } from '#worker/checkpoint.ts';
import { exportWeights } from '#worker/exportWeights.ts';
import { importWeights } from '#worker/importWeights.ts';

const versions = { doppel: '0', node: '0', engine: '0' };
const entries = registry.flatMap((entry) => (entry.kind === 'generator' ? [entry] : []));
const cases = entries.flatMap((entry) => [
  { name: entry.id, entry, classes: [] as string[] },
  ...(entry.condition === undefined ? [] : [{ name: `${entry.id}, conditional`, entry, classes: ['b', 'a', 'c'] }]),
]);

let folder: string;
beforeAll(async () => {
  await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'doppel-weights-'));
  await mkdir(join(folder, 'checkpoints'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The values of every tensor but the averaged generator's, which is written in place of the generator. */
async function valuesOf({ networks }: GeneratorModel): Promise<ReadonlyMap<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, network] of Object.entries(networks)) {
    for (const [key, tensor] of Object.entries({ ...network.weights, ...network.buffers }))
      values.set(`${name} ${key}`, (await tensor.data()) as Float32Array);
  }
  return values;
}

it.each(cases)('$name: out and in again without a change', async ({ name: title, entry, classes }) => {
  const { id } = entry;
  const isConditional = classes.length > 0;
  const conditional = isConditional ? { condition: 'group' } : {};
  const config = entry.configSchema.parse({ ...smallConfigs[id], ...conditional }) as Record<string, unknown>;
  const grid = entry.grids.find((side) => side >= 16) ?? 16;
  const model = entry.create({ config, grid, seed: 5, classes: classes.length });
  const sent: WorkerMessage[] = [];
  const context = { send: (message: WorkerMessage) => void sent.push(message), isCancelled: () => false };
  const place = { checkpointsDir: join(folder, 'checkpoints'), jobId: 'j', modelId: id, grid, config, seed: 5 };
  const condition = isConditional ? { column: 'group', values: classes } : null;
  const state = { datasetFingerprint: 'f', trainedOn: null, condition, iteration: 2, elapsedSeconds: 1, dataPosition: 0, milestone: false, versions }; // prettier-ignore
  const written = await writeCheckpoint(model, { ...place, ...state });
  const file = join(folder, `${title}.safetensors`);
  await exportWeights(
    {
      kind: 'weights-export',
      request: { file, network: 'all' },
      checkpointDir: join(folder, 'checkpoints', written.id),
      checkpointSha256: written.sha256,
    },
    context,
  );
  await importWeights(
    {
      kind: 'weights-import',
      request: {
        kind: 'weights-import',
        file,
        modelId: id,
        config,
        grid,
        network: null,
        datasetId: null,
        seed: 6,
        ...(isConditional ? { classes } : {}),
      },
      projectDir: folder,
      jobId: 'k',
      versions,
    },
    context,
  );
  const found = sent.find((message) => message.type === 'checkpoint');
  const again = entry.create({ config, grid, seed: 7, classes: classes.length });
  const restored = await restoreCheckpoint(again, join(folder, 'checkpoints', found?.id ?? ''), 'networks');
  expect(restored.condition).toEqual(condition);
  const [before, after] = [await valuesOf(model), await valuesOf(again)];
  for (const [name, values] of before) {
    if (name.endsWith('.v') && id === 'ha-gan') continue; // its authors keep u alone
    expect(after.get(name), name).toEqual(values);
  }
  model.dispose();
  again.dispose();
});
