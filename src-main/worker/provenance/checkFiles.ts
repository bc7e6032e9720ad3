/** Tells of files whether a project made them, by header, by hash, and by its mark in the voxels. */
import { open, readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { FileProvenance, HeaderEvidence, MarkEvidence } from '#contract/evidence/provenance.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import { openByteSource, readingError } from '#imaging/byteSource.ts';
import { detectMark, markThreshold } from '#imaging/mark/detectMark.ts';
import { replaceNonFinite } from '#imaging/nonFinite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { hashOfVoxelsIn } from '#imaging/voxelHash.ts';
import { judgeProvenance } from '#shared/provenance/judge.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import { cancelledError, type WorkerContext } from '../context.ts';

type Task = TaskOf<'provenance-check'>;

/** Of NIfTI-1's field `descrip`. */
const descriptionAt = 148;
const descriptionBytes = 80;
/** A sidecar of ours is a few hundred bytes. */
const mostSidecarBytes = 1 << 20;
const ending = /\.nii(\.gz)?$/i;
/** As synthesis and super-resolution write it: what it is, version, model, the beginning of the weights' hash. */
const writtenDescription = /^(?:[A-Z]+ of )?(SYNTHETIC|SUPER-RESOLVED)\b.*? Doppel \S+ (\S+) ([0-9a-f]{12})/;
const sidecarFields = z.union([
  z.looseObject({ Synthetic: z.literal(true), Model: z.string(), ModelHash: z.string() }),
  z.looseObject({ SuperResolved: z.literal(true), Model: z.string(), ModelHash: z.string() }),
]);

async function descriptionOf(path: string): Promise<string> {
  const source = await openByteSource(path, 'found', descriptionAt);
  try {
    const bytes = new Uint8Array(descriptionBytes);
    const found = await source.read(bytes);
    return Buffer.from(bytes.subarray(0, found)).toString('latin1').split('\0')[0] ?? '';
  } finally {
    source.close();
  }
}

async function sidecarOf(path: string): Promise<z.infer<typeof sidecarFields> | null> {
  const sidecar = path.replace(ending, '.json');
  if (sidecar === path || ((await stat(sidecar).catch(() => null))?.size ?? Infinity) > mostSidecarBytes) return null;
  try {
    return sidecarFields.parse(JSON.parse(await readFile(sidecar, 'utf8')));
  } catch {
    return null; // somebody else's
  }
}

async function headerEvidence(path: string, checkpoints: Task['checkpoints']): Promise<HeaderEvidence | null> {
  const [, words, model, beginning] = writtenDescription.exec(await descriptionOf(path)) ?? [];
  const sidecar = beginning === undefined ? await sidecarOf(path) : null;
  const hash = beginning ?? sidecar?.ModelHash ?? null;
  if (hash === null) return null;
  const isSynthetic = words === undefined ? sidecar !== null && 'Synthetic' in sidecar : words === 'SYNTHETIC';
  return {
    says: isSynthetic ? 'synthetic' : 'super-resolved',
    model: model ?? sidecar?.Model ?? null,
    checkpointHash: hash,
    checkpoint: Object.entries(checkpoints).find(([sha256]) => sha256.startsWith(hash))?.[1] ?? null,
  };
}

async function markEvidence(path: string, keys: readonly string[]): Promise<MarkEvidence> {
  const { volume } = await readVolume(path);
  const ras = turnToRas(volume);
  replaceNonFinite(ras);
  const { score, p } = detectMark(ras, keys);
  return { score, p, found: p < markThreshold };
}

/** A file that cannot be read is told as such; the others go on. */
async function checkFile(path: string, task: Task): Promise<FileProvenance> {
  const found: FileProvenance = {
    path,
    verdict: 'unreadable',
    words: '',
    sha256: null,
    voxelsSha256: null,
    header: null,
    hash: null,
    mark: null,
  };
  try {
    await (await open(path, 'r')).close(); // says best what is wrong with a path
    const sha256 = await sha256OfFile(path);
    const known = task.fileHashes[sha256];
    if (known !== undefined) found.hash = { ...known, of: 'file' };
    Object.assign(found, { sha256, ...judgeProvenance({ ...found, hasProject: task.hasProject }) });
    const voxelsSha256 = await hashOfVoxelsIn(path);
    const knownVoxels = voxelsSha256 === null ? undefined : task.voxelHashes[voxelsSha256];
    if (found.hash === null && knownVoxels !== undefined) found.hash = { ...knownVoxels, of: 'voxels' };
    const header = await headerEvidence(path, task.checkpoints);
    const mark = task.markKeys.length === 0 ? null : await markEvidence(path, task.markKeys);
    Object.assign(found, { voxelsSha256, header, mark });
    return { ...found, ...judgeProvenance({ ...found, hasProject: task.hasProject }) };
  } catch (thrown) {
    if (found.hash !== null) return found; // a file of the project that is no scan
    const { message } = thrown instanceof AppError ? thrown : readingError(thrown);
    return { ...found, verdict: 'unreadable', words: `It cannot be read as a scan: ${message}` };
  }
}

/** Reads one file after the other and keeps nothing. */
export async function checkFiles(task: Task, context: WorkerContext): Promise<void> {
  const files: FileProvenance[] = [];
  for (const path of task.files) {
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) throw cancelledError();
    files.push(await checkFile(path, task));
  }
  context.send({ type: 'provenance-checked', files });
}
