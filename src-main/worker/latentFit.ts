/** A column of the participants' table fitted to codes, and the direction that goes with it. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TaskOf } from '#contract/jobs.ts';
import type { LatentFit } from '#contract/latent.ts';
import { sha256OfFile, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { targetOf } from '#shared/latent/column.ts';
import { fitColumn } from '#shared/statistics/columnFit.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { directionName, fitName, readCodes, writeDirection } from './latentCodes.ts';

/** Writes fit.json and direction.npy into the job's folder. */
export async function latentFit(task: TaskOf<'latent-fit'>, context: WorkerContext): Promise<void> {
  const { request, jobDir } = task;
  const { encoding, rows } = await readCodes(task.encodingDir);
  const described = encoding.scans.map(({ volume }) => ({ attributes: task.attributes[volume] ?? {} }));
  const { kinds, values } = targetOf(described, request.column, request.positive);
  const known = values.flatMap((value, at) => {
    const [scan, code] = [encoding.scans[at], rows[at]];
    return value === null || scan === undefined || code === undefined ? [] : [{ value, scan, code }];
  });
  const started = performance.now();
  const { permutations } = request;
  const { predicted, scores, direction, ...found } = await fitColumn({
    kind: kinds === null ? 'ridge' : 'logistic',
    codes: known.map(({ code }) => code),
    values: known.map(({ value }) => value),
    subjects: known.map(({ scan }) => scan.subject),
    permutations,
    seed: request.seed,
    onPermutation: async (done) => {
      await setImmediate(); // lets a cancel in
      if (context.isCancelled()) throw cancelledError();
      const secondsLeft = ((performance.now() - started) / 1000 / done) * (permutations - done);
      context.send({ type: 'progress', progress: { done, total: permutations, unit: 'steps', secondsLeft, note: '' } });
    },
  });
  const fit: LatentFit = {
    encoding: request.encoding,
    checkpoint: encoding.checkpoint,
    dataset: encoding.dataset,
    column: request.column,
    kinds,
    scans: known.length,
    leftOut: values.length - known.length,
    ...found,
    penalties: [...found.penalties],
    fitted: known.map(({ value, scan: { volume } }, at) => ({
      volume,
      value,
      predicted: predicted[at] ?? 0,
      score: scores[at] ?? 0,
    })),
    seed: request.seed,
  };
  const [npy, json] = [join(jobDir, directionName), join(jobDir, fitName)];
  await writeDirection(npy, direction);
  await writeFileAtomic(json, `${JSON.stringify(fit, null, 2)}\n`);
  for (const path of [npy, json])
    context.send({ type: 'artifact', kind: 'latent-fit', path, sha256: await sha256OfFile(path), iteration: null, seed: request.seed }); // prettier-ignore
}
