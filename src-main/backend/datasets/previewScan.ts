/** Shows what an import would make of one scan that a look through a folder found: a worker draws it, beside the queue of jobs. */
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { CommandInput, ScanPreview } from '#contract/commands.ts';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { WorkerMessage } from '#contract/jobs.ts';
import { hashFile, hashText } from '../hash.ts';
import { newId } from '../identifiers.ts';
import { describeCrash } from '../jobs/describeCrash.ts';
import { startWorker } from '../jobs/workerProcess.ts';
import { jobDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';

type Previewed = Extract<WorkerMessage, { type: 'previewed' }>;
type PreviewInput = Omit<CommandInput<'dataset.preview'>, 'project'>;

/** Settings asked for again overwrite their own pictures; enough of the hash to tell settings apart. */
const keyLength = 12;

async function recordPicture({ store, dir }: OwnedProject, jobId: string, path: string): Promise<string> {
  const id = newId('artifact');
  store.artifacts.insert({
    id,
    jobId,
    kind: 'preview',
    path: relative(dir, path).split(sep).join('/'),
    sha256: await hashFile(path),
    iteration: null,
    seed: null,
  });
  return id;
}

/**
 * Throws `not-found`, `bad-input` where the scan cannot be used, what went wrong in the worker, and the reason of `signal`
 * when that was set off, which ends the worker.
 */
export async function previewScan(
  project: OwnedProject,
  input: PreviewInput,
  signal: AbortSignal,
): Promise<ScanPreview> {
  const { store, dir } = project;
  const { path, grid, spacingMm, preprocess } = input;
  const job = store.jobs.get(input.job);
  if (job.request.kind !== 'scan') throw new AppError('usage', `Job ${job.id} is not a look through a folder.`);
  const usable = store.candidates
    .ofJob(job.id)
    .filter(({ verdict, until }) => verdict !== 'rejected' || until === 'asking');
  if (!usable.some((candidate) => candidate.path === path))
    throw new AppError('not-found', `The look through ${job.request.folder} found no usable scan ${path}.`);

  const key = hashText(JSON.stringify([path, grid, spacingMm, preprocess])).slice(0, keyLength);
  const out = join(jobDir(dir, job.id), `preview-${key}`);
  await mkdir(out, { recursive: true });
  signal.throwIfAborted();
  const logFile = join(out, 'log.txt');
  const log = openSync(logFile, 'w');
  const said: Previewed[] = [];
  const worker = startWorker({
    task: {
      kind: 'preview',
      folder: job.request.folder,
      path,
      frame: job.request.frame,
      acceptIncomplete: job.request.acceptIncomplete,
      preprocess,
      grid,
      spacingMm,
      scans: usable.flatMap(({ subject, session, path: of }) =>
        subject === null ? [] : [{ path: of, subject, session }],
      ),
      reachesMm: usable.flatMap(({ reachMm }) => (reachMm === null ? [] : [reachMm])),
      out,
    },
    label: 'preview',
    log,
    onMessage: (message) => {
      if (message.type === 'previewed') said.push(message);
    },
    describeFault: toErrorShape,
  });
  closeSync(log);
  signal.addEventListener('abort', () => { worker.kill(); }, { once: true }); // prettier-ignore
  const end = await worker.ended;
  signal.throwIfAborted();
  const [previewed] = said;
  if (end.final?.type !== 'succeeded' || previewed === undefined) {
    const { code, message } = end.final?.type === 'failed' ? end.final.error : describeCrash(end, logFile, '');
    throw new AppError(code, message);
  }
  return {
    before: await recordPicture(project, job.id, previewed.before),
    after: await recordPicture(project, job.id, previewed.after),
    spacingMm: previewed.spacingMm,
    warnings: previewed.warnings,
    alignment: previewed.alignment,
    preprocessing: previewed.preprocessing,
  };
}
