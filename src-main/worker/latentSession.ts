/** A network kept in memory, which decodes one code after the other into files for the viewer. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { LatentPlace } from '#contract/latent.ts';
import type { LatentAsk, LatentShown } from '#contract/latentTasks.ts';
import { niftiBytes } from '#imaging/niftiWrite.ts';
import type { GeneratorModel } from '#models/model.ts';
import { scoreOf } from '#shared/statistics/codeDirection.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import {
  codesAt,
  decode,
  readCodes,
  readDirection,
  type Codes,
  type ColumnDirection,
  type LabelledCode,
} from './latentCodes.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { openGenerator } from './openGenerator.ts';
import { loadTensorFlow } from './tensorflow.ts';

/** Answers until it is told to stop; throws `cancelled` then. */
export async function latentSession(task: TaskOf<'latent-session'>, context: WorkerContext): Promise<never> {
  const { tf } = await loadTensorFlow();
  registerNativeKernels(tf);
  const codes = await readCodes(task.encodingDir);
  const { model } = await openGenerator(task.checkpointDir, task.checkpointSha256);
  try {
    const shower = createShower({ model, codes, task });
    context.send({ type: 'latent-opened', latent: codes.encoding.latent });
    for (;;) {
      const asked = (await context.nextQuestion?.()) ?? null;
      if (asked === null) throw cancelledError();
      context.send(await shower.show(asked));
    }
  } finally {
    model.dispose();
  }
}

interface Session {
  readonly model: GeneratorModel;
  readonly codes: Codes;
  readonly task: Pick<TaskOf<'latent-session'>, 'affines' | 'out'>;
}

/** Remembers the direction and the start that were asked for last: a slider moves along one from one. */
export function createShower({ model, codes, task }: Session): { show(asked: LatentAsk): Promise<LatentShown> } {
  let direction: { readonly folder: string; readonly read: ColumnDirection } | null = null;
  let start: { readonly volume: string | null; readonly made: Float32Array } | null = null;

  const directionIn = async (folder: string | null): Promise<ColumnDirection | null> => {
    if (folder === null) return null;
    if (direction?.folder !== folder) direction = { folder, read: await readDirection(folder) };
    return direction.read;
  };
  const madeAtStart = async (at: LatentPlace, from: LabelledCode): Promise<Float32Array> => {
    const volume = startOf(at);
    if (start?.volume !== volume) start = { volume, made: await decode(model, from) };
    return start.made;
  };

  return {
    async show({ number, at, fitDir }) {
      const along = await directionIn(fitDir);
      const { start: from, here } = codesAt(codes, at, along);
      const before = await madeAtStart(at, from);
      const data = await decode(model, here);
      const difference = data.map((value, index) => value - (before[index] ?? 0));
      const mostDifference = difference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (!Number.isFinite(mostDifference))
        throw new AppError('bad-input', 'The network made no numbers of this code. Go back towards the scan.');
      const space = spaceOf(codes, task.affines[startOf(at) ?? '']);
      const write = async (name: string, voxels: Float32Array): Promise<string> => {
        const path = join(task.out, name);
        const options = { storage: { kind: 'float32' }, description: 'SYNTHETIC Doppel, latent explorer' } as const;
        await writeFile(path, niftiBytes({ ...space, data: voxels }, options).bytes); // told of when whole, gone with the session: no sync
        return path;
      };
      const score = along === null ? null : scoreOf(along, here.code);
      return {
        type: 'latent-shown',
        number,
        volume: await write(`${String(number)}.nii`, data),
        difference: await write(`${String(number)}-difference.nii`, difference),
        mostDifference,
        score,
        isBeyond: along !== null && score !== null && (score < along.low || score > along.high),
      };
    },
  };
} // prettier-ignore

const startOf = (at: LatentPlace): string | null => (at.kind === 'direction' ? at.volume : at.from);

/** As the scan it starts from; around a brain's centre for the mean of the codes. */
function spaceOf({ encoding: { grid, spacingMm } }: Codes, affine: Volume['affine'] | undefined): Omit<Volume, 'data'> {
  const corner = (-spacingMm * (grid - 1)) / 2;
  return { size: [grid, grid, grid], affine: affine ?? gridAffine(spacingMm, [corner, corner, corner]) };
}
