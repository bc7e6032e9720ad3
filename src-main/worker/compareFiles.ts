/** Two files compared voxel by voxel, in RAS order, whatever their axis order. */
import { basename } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { BadScan } from '#imaging/badScan.ts';
import { comparePair, valueRange } from '#imaging/comparePair.ts';
import { replaceNonFinite } from '#imaging/nonFinite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { WorkerContext } from './context.ts';

/** Of a voxel: what a header rounds. */
const samePlace = 1e-3;

interface OpenScan {
  readonly name: string;
  readonly volume: Volume;
  readonly warnings: readonly string[];
}

async function open(path: string): Promise<OpenScan> {
  const name = basename(path);
  try {
    const { volume: read, warnings } = await readVolume(path);
    const volume = turnToRas(read);
    const damage = replaceNonFinite(volume);
    return { name, volume, warnings: [...warnings, ...damage].map(({ reason }) => `${name}: ${reason}`) };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    throw new BadScan(thrown.scanCode, `${name}: ${thrown.message}`, { cause: thrown });
  }
}

function requireOneSize(reference: OpenScan, result: OpenScan): void {
  const [a, b] = [reference.volume.size, result.volume.size];
  if (a.every((side, axis) => side === b[axis])) return;
  throw new AppError(
    'bad-input',
    `${reference.name} has ${a.join(' × ')} voxels in RAS order and ${result.name} ${b.join(' × ')}: only scans on one grid can be compared voxel by voxel. Resample one of them to the other's grid first.`,
  );
}

/** What lies elsewhere in space is compared all the same, and that is said. */
function placeWarning({ volume: a }: OpenScan, { volume: b }: OpenScan): readonly string[] {
  const voxelMm = Math.min(...spacingOf(a.affine));
  const isSame = a.affine.every((row, i) =>
    row.every((value, j) => Math.abs(value - (b.affine[i]?.[j] ?? Number.NaN)) <= samePlace * voxelMm),
  );
  if (isSame) return [];
  return [
    'The two scans do not lie in one place by their headers. Voxels were compared in RAS order, the first with the first.',
  ];
}

/** Throws BadScan for a file that is no scan, AppError 'bad-input' for scans of different sizes or without a range. */
export async function compareFiles({ request }: TaskOf<'compare'>, context: WorkerContext): Promise<void> {
  const [reference, result] = [await open(request.reference), await open(request.result)];
  requireOneSize(reference, result);
  const dataRange = request.dataRange ?? valueRange(reference.volume.data);
  if (!(dataRange > 0)) {
    throw new AppError(
      'bad-input',
      `Every voxel of ${reference.name} has the same value: there is no range of intensities to measure by. Give --data-range.`,
    );
  }
  const { size, data } = reference.volume;
  const metrics = comparePair({ reference: data, result: result.volume.data, size, dataRange });
  const warnings = [...reference.warnings, ...result.warnings, ...placeWarning(reference, result)];
  context.send({ type: 'compared', metrics: { ...metrics, warnings } });
}
