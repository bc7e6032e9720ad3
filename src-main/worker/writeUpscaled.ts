/** Writes what became of a scan: result and maps in the scan's own axis order, and what describes them. All or nothing. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import type { SuperResolvedMeasures } from '#contract/superResolution.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { differenceOf } from '#imaging/dataConsistency.ts';
import { enlarge } from '#imaging/enlarge.ts';
import { writeNifti, type Storage } from '#imaging/niftiWrite.ts';
import type { ScanToUpscale } from '#imaging/scanToUpscale.ts';
import { withoutQuotes } from '#shared/privacy/plainNames.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { fineAffine, formatFactor } from '#shared/volume/factor.ts';
import { turnFromRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { WorkerContext } from './context.ts';
import type { OpenedModel } from './openSuperResolution.ts';
import { resultName, type PlannedScan } from './superResolutionFiles.ts';
import type { UpscaledScan } from './upscaleScan.ts';

export interface WriteUpscaled {
  readonly task: TaskOf<'super-resolve'>;
  readonly context: WorkerContext;
  readonly opened: OpenedModel;
  readonly scan: PlannedScan;
  /** For what the result is compared with. */
  readonly mapsDir: string;
  readonly source: ScanToUpscale;
  readonly upscaled: UpscaledScan;
  readonly warnings: readonly string[];
}

interface MapToWrite {
  readonly kind: ArtifactRecord['kind'];
  readonly path: string;
  /** In RAS order. */
  readonly volume: Volume;
  /** First words of the file's description. */
  readonly what: string;
  /** A value that must be stored exactly: air, or nothing. */
  readonly exact?: number;
}

type Artifact = Pick<ArtifactRecord, 'kind' | 'path' | 'sha256'>;

const mostInInt16 = 32767;
const mark = 'SUPER-RESOLVED';

/** 16 bits, in steps far below a scan's noise, among which `exact` is one. */
function storageFor({ data }: Volume, exact: number): Storage {
  let farthest = 0;
  for (const value of data) farthest = Math.max(farthest, Math.abs(value - exact));
  return { kind: 'int16', slope: farthest === 0 ? 1 : farthest / mostInInt16, intercept: exact };
}

/** In the file's axis order, with the affine that follows from the file's own: nothing is rounded on the way. */
function asStored(volume: Volume, { native }: ScanToUpscale): Volume {
  const { size, data } = turnFromRas(volume, native.affine);
  const factor = [size[0] / native.size[0], size[1] / native.size[1], size[2] / native.size[2]] as const;
  return { size, affine: fineAffine(native.affine, factor), data };
}

/** Throws AppError 'already-exists' for a file that is not an earlier result of ours. */
async function requireOwn(sidecar: string, image: string): Promise<void> {
  if (!existsSync(image) && !existsSync(sidecar)) return;
  const found = z.looseObject({ SuperResolved: z.literal(true) }).safeParse(
    await readFile(sidecar, 'utf8')
      .then(JSON.parse)
      .catch(() => null),
  );
  if (found.success) return;
  throw new AppError(
    'already-exists',
    `"${image}" is there already and is no earlier result of Doppel. Choose another --out.`,
  );
}

/** Writes all files of a scan, the result last, tells of them, and says what they are. */
export async function writeUpscaled(given: WriteUpscaled): Promise<SuperResolvedMeasures> {
  const { task, context, scan, mapsDir, source, upscaled } = given;
  const { out } = task.request;
  const image = join(out, `${resultName(scan.stem, '')}.nii.gz`);
  const sidecarPath = join(out, `${resultName(scan.stem, '')}.json`);
  await requireOwn(sidecarPath, image);
  await mkdir(dirname(image), { recursive: true });
  const consistency = describeConsistency(given);
  const sidecar = sidecarOf(given, consistency.words);
  await mkdir(mapsDir, { recursive: true });
  const interpolated = enlarge(source.original, upscaled.factor, 'cubic');

  const written: Artifact[] = [];
  const before = new Set<string>();
  const air = source.exactBackground ?? 0;
  const write = async ({ kind, path, volume, what, exact = 0 }: MapToWrite): Promise<void> => {
    if (existsSync(path)) before.add(path);
    const { sha256 } = await writeNifti(path, asStored(volume, source), {
      storage: storageFor(volume, exact),
      description: `${what} Doppel ${task.versions.doppel} ${given.opened.checkpoint.modelId} ${given.opened.checkpoint.sha256.slice(0, 12)}`,
      comment: JSON.stringify(sidecar),
    });
    written.push({ kind, path, sha256 });
  };
  try {
    const mapPath = (what: 'Uncertainty' | 'Consistency'): string => join(out, `${resultName(scan.stem, what)}.nii.gz`);
    await write({
      kind: 'interpolated',
      path: join(mapsDir, 'interpolated.nii.gz'),
      volume: interpolated,
      what: 'INTERPOLATED',
      exact: air,
    });
    await write({
      kind: 'difference',
      path: join(mapsDir, 'difference.nii.gz'),
      volume: differenceOf(upscaled.result, interpolated),
      what: `DIFFERENCE of ${mark}`,
    });
    await write({
      kind: 'consistency',
      path: mapPath('Consistency'),
      volume: upscaled.inconsistency,
      what: `CONSISTENCY of ${mark}`,
    });
    if (upscaled.uncertainty !== null)
      await write({
        kind: 'uncertainty',
        path: mapPath('Uncertainty'),
        volume: upscaled.uncertainty,
        what: `UNCERTAINTY of ${mark}`,
      });
    const text = `${JSON.stringify(sidecar, null, 2)}\n`;
    if (existsSync(sidecarPath)) before.add(sidecarPath);
    await writeFileAtomic(sidecarPath, text);
    written.push({ kind: 'sidecar', path: sidecarPath, sha256: sha256Of(text) });
    const what = `${mark} x${formatFactor(upscaled.factor)}`;
    await write({ kind: 'super-resolved-volume', path: image, volume: upscaled.result, what, exact: air });
    for (const artifact of written) context.send({ type: 'artifact', ...artifact, iteration: null, seed: null });
    return { spacingMm: finerSpacing(given), consistency };
  } catch (thrown) {
    for (const { path } of written) if (!before.has(path)) await rm(path, { force: true });
    throw thrown;
  }
}

/** Along the file's axes. */
function finerSpacing({ source, upscaled }: WriteUpscaled): [number, number, number] {
  return spacingOf(asStored(upscaled.result, source).affine);
}

function describeConsistency({ source, upscaled }: WriteUpscaled): SuperResolvedMeasures['consistency'] {
  const { meanAbsolute, largest } = upscaled.consistency;
  const share = meanAbsolute / (source.intensity.high - source.intensity.low);
  const [x, y, z] = largest.placeMm;
  const place = [
    `${Math.abs(x).toFixed(0)} mm ${x < 0 ? 'left' : 'right'}`,
    `${Math.abs(y).toFixed(0)} mm ${y < 0 ? 'back' : 'front'}`,
    `${Math.abs(z).toFixed(0)} mm ${z < 0 ? 'down' : 'up'}`,
  ].join(', ');
  const words =
    `Seen through the scanner again, the result differs from the scan by ${meanAbsolute.toPrecision(3)} on average ` +
    `(${(100 * share).toPrecision(2)} % of the brain's intensity range), most by ${largest.value.toPrecision(3)} at ${place} of the origin.`;
  return { meanAbsolute, share, largest: largest.value, largestAtMm: [x, y, z], words };
}

/** Nothing in it names the person or the file. */
function sidecarOf({ task, opened, source, upscaled, warnings }: WriteUpscaled, consistency: string): object {
  const { checkpoint, trainedOn } = opened;
  const { versions, request } = task;
  return {
    SuperResolved: true,
    Description:
      'A scan made finer by a network. Detail below the resolution of the scan is estimated, not measured: it is not for diagnosis.',
    Model: checkpoint.modelId,
    ModelHash: checkpoint.sha256,
    Iteration: checkpoint.iteration,
    TrainingSetHash: checkpoint.datasetFingerprint,
    Factor: formatFactor(upscaled.factor),
    SliceProfile: trainedOn.profile,
    TrainingPairs: trainedOn.pairs === 'real' ? 'real pairs' : 'made by the scanner model',
    SourceHash: source.sourceSha256,
    SourceSpacing: source.native.spacingMm,
    BackProjectionSteps: request.backProjection,
    DataConsistency: consistency,
    Warnings: warnings.map(withoutQuotes),
    GeneratedBy: { Name: 'Doppel', Version: versions.doppel, Engine: versions.engine },
  };
}
