/**
 * The look through a folder before an import: every file that looks like a scan and every DICOM series is read as the
 * import would read it, and told with what the import would say of it, its geometry and a thumbnail. Nothing of the folder
 * is changed.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TaskOf } from '#contract/jobs.ts';
import type { FileOutcome, ScanCandidate } from '#contract/records.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { BadScan } from '#imaging/badScan.ts';
import { candidateSource } from '#imaging/candidateSource.ts';
import type { Series } from '#imaging/dicom/series.ts';
import { createDuplicates, type Duplicates } from '#imaging/findDuplicates.ts';
import { inspectScan } from '#imaging/inspect.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { scanFolder, type Candidate } from '#imaging/scanFolder.ts';
import type { ReadingWishes } from '#imaging/scanSource.ts';
import { drawThumbnail } from '#imaging/thumbnail.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { orientationCode } from '#shared/volume/orientation.ts';
import { cancelledError, headerWatch, type WorkerContext } from './context.ts';

type Found = Omit<ScanCandidate, 'thumbnail'>;
type Geometry = Pick<Found, 'format' | 'size' | 'spacingMm' | 'orientation' | 'reachMm' | 'frames' | 'files'>;
type Verdict = Pick<Found, 'verdict' | 'code' | 'reason' | 'until'>;

const unknownGeometry: Geometry = { format: null, size: null, spacingMm: null, orientation: null, reachMm: null, frames: 1, files: 1 }; // prettier-ignore

/** What the headers of a series say, before it is converted. */
function geometryOfSeries({ files, stack }: Series): Geometry {
  const [any] = files;
  const known = { ...unknownGeometry, format: 'dicom' as const, files: Math.max(1, files.length) };
  const spacing = any?.spacing ?? null;
  if (any === undefined || spacing === null || stack === null || stack.distanceMm === 0) return known;
  const { row, column } = stack.first;
  const { normal } = stack;
  const across = (world: 0 | 1 | 2, sign: number): [number, number, number, number] => [
    sign * row[world], sign * column[world], sign * normal[world], 0,
  ]; // prettier-ignore
  return {
    ...known,
    size: [any.columns, any.rows, stack.count],
    spacingMm: [spacing[1], spacing[0], stack.distanceMm],
    orientation: orientationCode([across(0, -1), across(1, -1), across(2, 1), [0, 0, 0, 1]]),
    frames: Math.max(1, stack.frames),
  };
}

/** What its header says; nothing where that cannot be read: reading the scan then gives the reason. */
async function geometryOf(root: string, { path, series }: Candidate): Promise<Geometry> {
  if (series !== undefined) return geometryOfSeries(series);
  try {
    const { format, size, affine, frames } = await inspectScan(join(root, path));
    const [spacingMm, orientation] = [spacingOf(affine), orientationCode(affine)];
    return { format, size: [...size], spacingMm, orientation, reachMm: null, frames, files: 1 };
  } catch (thrown) {
    if (thrown instanceof BadScan) return unknownGeometry;
    throw thrown;
  }
}

function strayFile({ path, status, code, reason }: FileOutcome): Found {
  const verdict = status === 'imported' ? 'ok' : status;
  const until = code === 'other-modality' ? 'asking' : null;
  return { path, subject: null, session: null, verdict, code, reason, until, ...unknownGeometry };
}

function verdictOf(path: string, scan: PreparedScan, duplicates: Duplicates): Verdict {
  const original = duplicates.findOrKeep(path, scan);
  if (original !== null) {
    const reason = `This is the same scan as "${original}", voxel for voxel; it is imported once.`;
    return { verdict: 'rejected', code: 'duplicate', reason, until: null };
  }
  const [first] = scan.warnings;
  if (first === undefined) return { verdict: 'ok', code: 'ok', reason: '', until: null };
  const reason = scan.warnings.map((warning) => warning.reason).join(' ');
  return { verdict: 'warning', code: first.code, reason, until: null };
}

interface Looked {
  readonly found: Found;
  readonly thumbnail: Uint8Array | null;
}

interface Look {
  readonly root: string;
  readonly wishes: ReadingWishes;
  readonly duplicates: Duplicates;
}

/** A picture of a scan that stays aside until it is asked for, null where it cannot be read even so. */
async function pictureOfAside({ root, wishes }: Look, candidate: Candidate): Promise<Uint8Array | null> {
  const until = candidate.series?.aside?.until ?? 'never';
  if (until === 'never') return null;
  const anyway = { ...wishes, acceptIncomplete: true, isNamed: true };
  try {
    const { volume, intensity } = await prepareScan(candidateSource(root, candidate, anyway));
    return drawThumbnail(volume, { low: Math.min(intensity.background, intensity.low), high: intensity.high });
  } catch (thrown) {
    if (thrown instanceof BadScan) return null;
    throw thrown;
  }
}

async function lookAt(look: Look, candidate: Candidate): Promise<Looked> {
  const { root, wishes, duplicates } = look;
  const { path, subject, session } = candidate;
  const geometry = await geometryOf(root, candidate);
  try {
    const scan = await prepareScan(candidateSource(root, candidate, wishes));
    const { background, low, high } = scan.intensity;
    const [spacingMm, orientation] = [scan.native.spacingMm, orientationCode(scan.native.affine)];
    const seen = { size: scan.native.size, spacingMm, orientation, reachMm: [...scan.measures.reachMm] as const };
    return {
      found: { path, subject, session, ...verdictOf(path, scan, duplicates), ...geometry, ...seen, reachMm: [...seen.reachMm] },
      thumbnail: drawThumbnail(scan.volume, { low: Math.min(background, low), high }),
    };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    const until = candidate.series?.aside?.until ?? 'never';
    const verdict: Verdict = {
      verdict: 'rejected',
      code: thrown.scanCode,
      reason: thrown.message,
      until: until === 'never' ? null : until,
    };
    return {
      found: { path, subject, session, ...verdict, ...geometry },
      thumbnail: await pictureOfAside(look, candidate),
    };
  }
} // prettier-ignore

/** Sends one `candidate` message for each file, in the order of an import. Throws AppError: 'not-found', 'cancelled'. */
export async function scanDataset({ request, jobDir }: TaskOf<'scan'>, context: WorkerContext): Promise<void> {
  const { folder: root, frame = null, acceptIncomplete = false } = request;
  const content = await scanFolder(root, { watch: headerWatch(context) });
  const thumbnails = join(jobDir, 'thumbnails');
  await mkdir(thumbnails, { recursive: true });
  for (const outcome of content.outcomes)
    context.send({ type: 'candidate', candidate: strayFile(outcome), thumbnail: null });

  const look: Look = { root, wishes: { frame, acceptIncomplete, isNamed: false }, duplicates: createDuplicates() };
  const total = content.candidates.length;
  const startedAt = performance.now();
  for (const [index, candidate] of content.candidates.entries()) {
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) throw cancelledError();
    const secondsEach = index === 0 ? null : (performance.now() - startedAt) / 1000 / index;
    const secondsLeft = secondsEach === null ? null : secondsEach * (total - index);
    context.send({
      type: 'progress',
      progress: { done: index, total, unit: 'files', secondsLeft, note: `Reading ${candidate.path}` },
    });
    const { found, thumbnail } = await lookAt(look, candidate);
    if (thumbnail === null) {
      context.send({ type: 'candidate', candidate: found, thumbnail: null });
      continue;
    }
    const path = join(thumbnails, `${String(index + 1).padStart(4, '0')}.png`);
    await writeFileAtomic(path, thumbnail);
    context.send({ type: 'candidate', candidate: found, thumbnail: { path, sha256: sha256Of(thumbnail) } });
  }
}
