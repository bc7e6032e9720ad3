/** Unpacks the bundle of a study: names, sizes and checksums are looked at before anything of it counts. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { bundleManifestName, bundleStudyName } from '#contract/evidence/bundle.ts';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { cancelledError, type WorkerContext } from '../context.ts';

const mostEntries = 200_000;
/** A bundle of texts unpacks to some ten times its size; what claims more than this was made to fill a disk. */
const mostUnpacked = (packedBytes: number): number => 100 * packedBytes + 64 * 2 ** 20;
/** Folders and names of letters, digits, `.`, `_` and `-` that begin with neither of the last three. */
const safeName = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/;
/** Of the systems of this world the strictest; the others would take these names for a device. */
const deviceName = /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\/|$)/i;

const refused = (what: string, cause?: unknown): AppError =>
  new AppError('bad-input', `The bundle was not opened: ${what}. Nothing of it was kept; ask for it again.`, { cause });

const shown = (name: string): string => JSON.stringify(name.slice(0, 80));

/** All entries, after names and claimed sizes were looked at. */
async function entriesOf(zip: ZipFile, packedBytes: number): Promise<readonly Entry[]> {
  if (zip.entryCount > mostEntries) throw refused(`it claims ${String(zip.entryCount)} files`);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let bytes = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    if (!safeName.test(name) || deviceName.test(name)) throw refused(`it holds a file of a name that is not allowed, ${shown(name)}`); // prettier-ignore
    if (names.has(name.toLowerCase())) throw refused(`it holds ${shown(name)} twice`);
    if (entry.isEncrypted()) throw refused(`${shown(name)} is encrypted`);
    names.add(name.toLowerCase());
    bytes += entry.uncompressedSize;
    if (bytes > mostUnpacked(packedBytes)) throw refused('it would unpack to far more than a study holds');
    entries.push(entry);
  }
  return entries;
}

/** Writes an entry; its SHA-256. The reader ends where more comes than was claimed. */
async function extract(zip: ZipFile, entry: Entry, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(
    await zip.openReadStreamPromise(entry),
    hashing,
    createWriteStream(path, { flags: 'wx', flush: true }),
  );
  return hash.digest('hex');
}

/** By name. Throws `bad-input` for a list of another form. */
function parseManifest(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [, sha256, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      if (sha256 === undefined || name === undefined) throw refused('its list of checksums cannot be read');
      return [name, sha256];
    }),
  );
}

async function unpack({ path, into }: TaskOf<'bundle-open'>, context: WorkerContext): Promise<void> {
  const { size } = await stat(path);
  const zip = await openPromise(path, { autoClose: false });
  try {
    const entries = await entriesOf(zip, size);
    const found = new Map<string, string>();
    let bytes = 0;
    for (const [done, entry] of entries.entries()) {
      if (context.isCancelled()) throw cancelledError();
      context.send({ type: 'progress', progress: { done, total: entries.length, unit: 'files', secondsLeft: null, note: '' } }); // prettier-ignore
      found.set(entry.fileName, await extract(zip, entry, join(into, entry.fileName)));
      bytes += entry.uncompressedSize;
    }
    if (!found.delete(bundleManifestName) || !found.has(bundleStudyName)) throw refused(`it is no bundle of a study: ${bundleStudyName} or ${bundleManifestName} is missing`); // prettier-ignore
    const listed = parseManifest(await readFile(join(into, bundleManifestName), 'utf8'));
    for (const [name, sha256] of found)
      if (listed.get(name) !== sha256) throw refused(`${shown(name)} is not as its list of checksums says`);
    const lost = [...listed.keys()].find((name) => !found.has(name));
    if (lost !== undefined) throw refused(`${shown(lost)} is missing`);
    context.send({ type: 'bundle-opened', files: found.size, bytes });
  } finally {
    zip.close();
  }
}

/** Leaves nothing behind when it throws: AppError 'not-found', 'bad-input', 'cancelled'. */
export async function unpackBundle(task: TaskOf<'bundle-open'>, context: WorkerContext): Promise<void> {
  if ((await stat(task.path).catch(() => null))?.isFile() !== true)
    throw new AppError('not-found', `There is no file ${task.path}.`);
  try {
    await unpack(task, context);
  } catch (thrown) {
    await rm(task.into, { recursive: true, force: true });
    if (thrown instanceof AppError || (thrown as NodeJS.ErrnoException).code === 'ENOSPC') throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw refused(`${basename(task.path)} is no whole zip archive (${reason})`, thrown);
  }
}
