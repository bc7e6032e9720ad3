/** Packs the files of a study's bundle into one zip, with a list of their checksums that `sha256sum -c` reads. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { bundleManifestName } from '#contract/evidence/bundle.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { fillAtomic, sha256OfFile } from '#imaging/atomicWrite.ts';
import { cancelledError, type WorkerContext } from '../context.ts';

/** Packed already, or numbers that do not pack. */
const isDense = (name: string): boolean => /\.(gz|png|safetensors)$/.test(name);
/** The same for all: when a file was written is nobody's business. */
const entryTime = new Date(Date.UTC(1980, 0, 2));

function hashed(path: string, tell: (sha256: string) => void): Readable {
  const hash = createHash('sha256');
  const pass = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      tell(hash.digest('hex'));
      done();
    },
  });
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  file.on('error', (error) => pass.destroy(error));
  return file.pipe(pass);
}

async function pack({ request, files }: TaskOf<'bundle'>, context: WorkerContext): Promise<void> {
  await fillAtomic(request.out, async (temporary) => {
    const zip = new ZipFile();
    const output = zip.outputStream.pipe(new PassThrough());
    zip.on('error', (error: Error) => output.destroy(error));
    const lines: string[] = [];
    for (const [done, { from, name }] of files.entries()) {
      const options = { mtime: entryTime, compress: !isDense(name) };
      zip.addReadStreamLazy(name, options, (give) => {
        context.send({ type: 'progress', progress: { done, total: files.length, unit: 'files', secondsLeft: null, note: name } }); // prettier-ignore
        if (context.isCancelled()) give(cancelledError(), Readable.from([]));
        else
          give(
            null,
            hashed(from, (sha256) => lines.push(`${sha256}  ${name}\n`)),
          );
      });
    }
    // Asked for when all before it have been read.
    zip.addReadStreamLazy(bundleManifestName, { mtime: entryTime }, (give) => {
      give(null, Readable.from([Buffer.from(lines.join(''))]));
    });
    zip.end();
    await pipeline(output, createWriteStream(temporary, { flags: 'wx', flush: true }));
  });
  const sha256 = await sha256OfFile(request.out);
  context.send({ type: 'artifact', kind: 'bundle', path: request.out, sha256, iteration: null, seed: null });
}

export async function packBundle(task: TaskOf<'bundle'>, context: WorkerContext): Promise<void> {
  try {
    await pack(task, context);
  } finally {
    await rm(task.parts, { recursive: true, force: true });
  }
}
