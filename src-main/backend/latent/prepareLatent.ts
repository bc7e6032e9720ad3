/** Tasks of the latent explorer, as things stand now. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { Job, TaskOf } from '#contract/jobs.ts';
import type {
  LatentEncodeRequest,
  LatentFitRequest,
  LatentPath,
  LatentPlace,
  LatentWalkRequest,
} from '#contract/latent.ts';
import type { Attributes, VolumeRecord } from '#contract/records.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { commonSuffix, medianIntensity } from '../checkpoints/medianIntensity.ts';
import { checkpointDir, jobDir } from '../projects/layout.ts';
import { markKeyOf } from '../provenance/markKey.ts';
import type { ReadProject } from '../projects/sessions.ts';
import { findEncoding, findFit, type FoundEncoding } from './results.ts';

export function prepareEncode(
  { store, dir }: ReadProject,
  job: Job,
  request: LatentEncodeRequest,
): TaskOf<'latent-encode'> {
  const checkpoint = store.checkpoints.get(request.checkpointId);
  const { name, spacingMm } = store.datasets.byId(request.datasetId);
  return {
    kind: 'latent-encode',
    request,
    jobDir: jobDir(dir, job.id),
    checkpointDir: checkpointDir(dir, checkpoint),
    checkpointSha256: checkpoint.sha256,
    dataset: { name, spacingMm },
    volumes: store.datasets.volumes(request.datasetId).map(({ id, subject, session, split, path, attributes }) => ({
      ...{ id, subject, session, split, attributes },
      path: join(dir, path),
    })),
  };
}

/** All scans of the dataset that codes are of, also those removed since. */
export function volumesOfEncoding({ store }: ReadProject, { job }: FoundEncoding): readonly VolumeRecord[] {
  return store.datasets.allVolumes(job.request.datasetId);
}

/** What the participants' table says of the scans that have a code, in their order. */
export function describedScans(project: ReadProject, found: FoundEncoding): { id: string; attributes: Attributes }[] {
  const known = new Map(volumesOfEncoding(project, found).map(({ id, attributes }) => [id, attributes]));
  return found.encoding.scans.map(({ volume }) => ({ id: volume, attributes: known.get(volume) ?? {} }));
}

export function prepareFit(project: ReadProject, job: Job, request: LatentFitRequest): TaskOf<'latent-fit'> {
  const found = findEncoding(project, request.encoding);
  return {
    kind: 'latent-fit',
    request,
    jobDir: jobDir(project.dir, job.id),
    encodingDir: jobDir(project.dir, found.job.id),
    attributes: Object.fromEntries(describedScans(project, found).map(({ id, attributes }) => [id, attributes])),
  };
}

/** The codes that a path leads through. */
export function encodingOfPath(project: ReadProject, path: LatentPath): FoundEncoding {
  return findEncoding(project, path.kind === 'direction' ? findFit(project, path.fit).fit.encoding : path.encoding);
}

/** Throws `not-found` where a volume has no code, `usage` where a conditional network would not know of which class to make a scan. */
export function requireCodes({ encoding }: FoundEncoding, at: LatentPath | LatentPlace): void {
  const labels = new Map(encoding.scans.map(({ volume, label }) => [volume, label]));
  const volumes = at.kind === 'direction' ? [at.volume] : [at.from, at.to];
  const missing = volumes.find((volume) => volume !== null && !labels.has(volume));
  if (missing !== undefined) throw new AppError('not-found', `The scan "${String(missing)}" has no code among those of ${encoding.dataset}.`); // prettier-ignore
  if (![...labels.values()].some((label) => label !== null)) return;
  if (volumes.includes(null))
    throw new AppError('usage', 'The network is conditional: start from a scan, whose class the walk keeps.');
  if (new Set(volumes.map((volume) => labels.get(volume ?? ''))).size > 1)
    throw new AppError('usage', 'The network is conditional, and the two scans are of different classes: choose two of one class.'); // prettier-ignore
}

/** Where the scans of a walk lie: as the one it starts from; at the mean of the codes, around a brain's centre. */
function spaceOf(project: ReadProject, found: FoundEncoding, path: LatentPath): TaskOf<'latent-walk'>['space'] {
  const volumes = volumesOfEncoding(project, found);
  const start = path.kind === 'direction' ? path.volume : path.from;
  const volume = volumes.find(({ id }) => id === start);
  const suffix = commonSuffix(volumes);
  if (volume !== undefined) {
    const { low, high, background } = volume.transform.intensity;
    return { affine: volume.affine, intensity: { low, high, background }, suffix };
  }
  const { grid, spacingMm } = found.encoding;
  const corner = (-spacingMm * (grid - 1)) / 2;
  return { affine: gridAffine(spacingMm, [corner, corner, corner]), intensity: medianIntensity(volumes), suffix };
}

export function prepareWalk(project: ReadProject, job: Job, request: LatentWalkRequest): TaskOf<'latent-walk'> {
  const { store, dir } = project;
  const { path } = request;
  const found = encodingOfPath(project, path);
  const checkpoint = store.checkpoints.get(found.encoding.checkpoint);
  return {
    kind: 'latent-walk',
    request,
    checkpointDir: checkpointDir(dir, checkpoint),
    checkpointSha256: checkpoint.sha256,
    encodingDir: jobDir(dir, found.job.id),
    fitDir: path.kind === 'direction' ? jobDir(dir, path.fit) : null,
    space: spaceOf(project, found, path),
    markKey: markKeyOf(store, checkpointDir(dir, checkpoint)),
    versions: job.versions,
  };
}
