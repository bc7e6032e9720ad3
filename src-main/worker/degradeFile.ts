/** The scanner model on one file: what a scan with larger voxels would have shown, in the file's own axis order. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TaskOf } from '#contract/jobs.ts';
import { degrade } from '#imaging/degrade.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { replaceNonFinite } from '#imaging/nonFinite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { formatFactor, parseFactor } from '#shared/volume/factor.ts';
import { turnFromRas, turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { WorkerContext } from './context.ts';

/** Throws BadScan for a file that is no scan, AppError 'bad-input' for one with fewer voxels than a block. */
export async function degradeFile({ request, versions }: TaskOf<'degrade'>, context: WorkerContext): Promise<void> {
  const { file, out, profile, noise, seed } = request;
  const factor = parseFactor(request.factor);
  const { volume, warnings } = await readVolume(file);
  const ras = turnToRas(volume);
  const damage = replaceNonFinite(ras);
  const coarse = turnFromRas(degrade(ras, { factor, profile, noise, seed }), volume.affine);
  const description = { Degraded: true, Factor: formatFactor(factor), SliceProfile: profile, Noise: noise, Seed: seed };
  await mkdir(dirname(out), { recursive: true });
  const { sha256 } = await writeNifti(out, coarse, {
    storage: { kind: 'float32' },
    description: `DEGRADED x${formatFactor(factor)} ${profile} Doppel ${versions.doppel}`,
    comment: JSON.stringify(description),
  });
  context.send({
    type: 'degraded',
    path: out,
    size: [...coarse.size],
    spacingMm: spacingOf(coarse.affine),
    sha256,
    warnings: [...warnings, ...damage, ...leftOver(ras, factor)].map(({ reason }) => reason),
  });
}

/** Voxels at the far end that fill no block. */
function leftOver({ size }: Volume, factor: readonly [number, number, number]): { readonly reason: string }[] {
  const voxels = size.map((length, axis) => length % (factor[axis] ?? 1));
  if (voxels.every((count) => count === 0)) return [];
  const places = ['right', 'front', 'top'].flatMap((side, axis) =>
    (voxels[axis] ?? 0) > 0 ? [`${String(voxels[axis])} at the ${side}`] : [],
  );
  return [
    {
      reason: `The scan's size (${size.join(' × ')} voxels in RAS order) is no multiple of ${formatFactor(factor)}: ${places.join(', ')} fill no voxel of the result.`,
    },
  ];
}
