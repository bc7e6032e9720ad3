/**
 * The look through a folder before an import: every file that looks like a scan is read as the import would read it, and
 * told with what the import would say of it, its geometry and a thumbnail. Nothing of the folder is changed.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TaskOf } from '#contract/jobs.ts';
import type { FileOutcome, ScanCandidate } from '#contract/records.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { BadScan } from '#imaging/badScan.ts';
import { createDuplicates, type Duplicates } from '#imaging/findDuplicates.ts';
import { inspectScan } from '#imaging/inspect.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { scanFolder, type Candidate } from '#imaging/scanFolder.ts';
import { drawThumbnail } from '#imaging/thumbnail.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { orientationCode } from '#shared/volume/orientation.ts';
import { cancelledError, type WorkerContext } from './context.ts';

type Found = Omit<ScanCandidate, 'thumbnail'>;
type Geometry = Pick<Found, 'format' | 'size' | 'spacingMm' | 'orientation' | 'reachMm'>;
type Verdict = Pick<Found, 'verdict' | 'code' | 'reason'>;

const unknownGeometry: Geometry = { format: null, size: null, spacingMm: null, orientation: null, reachMm: null };

/** What its header says; nothing where that cannot be read: reading the scan then gives the reason. */
async function geometryOf(path: string): Promise<Geometry> {
  try {
    const { format, size, affine } = await inspectScan(path);
    const spacingMm = spacingOf(affine);
    return { format, size: [...size], spacingMm, orientation: orientationCode(affine), reachMm: null };
  } catch (thrown) {
    if (thrown instanceof BadScan) return unknownGeometry;
    throw thrown;
  }
}

function strayFile({ path, status, code, reason }: FileOutcome): Found {
  const verdict = status === 'imported' ? 'ok' : status;
  return { path, subject: null, session: null, verdict, code, reason, ...unknownGeometry };
}

function verdictOf(path: string, scan: PreparedScan, duplicates: Duplicates): Verdict {
  const original = duplicates.findOrKeep(path, scan);
  if (original !== null) {
    const reason = `This is the same scan as ${original}, voxel for voxel; it is imported once.`;
    return { verdict: 'rejected', code: 'duplicate', reason };
  }
  const [first] = scan.warnings;
  if (first === undefined) return { verdict: 'ok', code: 'ok', reason: '' };
  return { verdict: 'warning', code: first.code, reason: scan.warnings.map(({ reason }) => reason).join(' ') };
}

interface Looked {
  readonly found: Found;
  readonly thumbnail: Uint8Array | null;
}

async function look(root: string, candidate: Candidate, duplicates: Duplicates): Promise<Looked> {
  const path = join(root, candidate.path);
  const geometry = await geometryOf(path);
  try {
    const scan = await prepareScan(path);
    const { background, low, high } = scan.intensity;
    return {
      found: {
        ...candidate,
        ...verdictOf(candidate.path, scan, duplicates),
        ...geometry,
        reachMm: [...scan.measures.reachMm],
      },
      thumbnail: drawThumbnail(scan.volume, { low: Math.min(background, low), high }),
    };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    const verdict: Verdict = { verdict: 'rejected', code: thrown.scanCode, reason: thrown.message };
    return { found: { ...candidate, ...verdict, ...geometry }, thumbnail: null };
  }
}

/** Sends one `candidate` message for each file, in the order of an import. Throws AppError: 'not-found', 'cancelled'. */
export async function scanDataset({ request, jobDir }: TaskOf<'scan'>, context: WorkerContext): Promise<void> {
  const content = await scanFolder(request.folder);
  const thumbnails = join(jobDir, 'thumbnails');
  await mkdir(thumbnails, { recursive: true });
  for (const outcome of content.outcomes)
    context.send({ type: 'candidate', candidate: strayFile(outcome), thumbnail: null });

  const duplicates = createDuplicates();
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
    const { found, thumbnail } = await look(request.folder, candidate, duplicates);
    if (thumbnail === null) {
      context.send({ type: 'candidate', candidate: found, thumbnail: null });
      continue;
    }
    const path = join(thumbnails, `${String(index + 1).padStart(4, '0')}.png`);
    await writeFileAtomic(path, thumbnail);
    context.send({ type: 'candidate', candidate: found, thumbnail: { path, sha256: sha256Of(thumbnail) } });
  }
}
