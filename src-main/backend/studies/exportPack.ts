/** Makes the one encrypted file from which a reader on another workstation reads. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#contract/errors.ts';
import type { ReaderPack } from '#contract/studyCommands.ts';
import { orderOf } from '#shared/study/readingState.ts';
import type { LockLine } from '#shared/study/studyLog.ts';
import { hashFile } from '../hash.ts';
import { newId } from '../identifiers.ts';
import { casesFolder } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { append, readSoundChain } from './chain.ts';
import { syncFolder } from './durableFile.ts';
import { requireLocked } from './ownStudy.ts';
import { describedBy, type PackDescription } from './packFormat.ts';
import { sealStream } from './packStream.ts';
import { protocolName, readProtocol, studyFile } from './sealedFiles.ts';

interface PackRequest {
  readonly study: StudyRow;
  readonly reader: string;
  readonly passphrase: string;
  /** Absolute path of a new file. */
  readonly out: string;
}

/** Throws `already-exists` for a file that is there, `not-found` for a folder that is not. */
export async function requireNewFile(path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) !== null)
    throw new AppError('already-exists', `${path} is there already. Choose another name.`);
  const folder = await stat(dirname(path)).catch(() => null);
  if (folder?.isDirectory() !== true) throw new AppError('not-found', `There is no folder ${dirname(path)} to write ${basename(path)} to.`); // prettier-ignore
}

/** The first line of a sound log. */
export function lockOf(project: OwnedProject, study: StudyRow): LockLine {
  const [lock] = readSoundChain(project, study.id).lines;
  if (lock?.type === 'lock') return lock;
  throw new AppError('project-damaged', `The log of "${study.name}" does not begin with its lock. 'doppel study verify' tells more.`); // prettier-ignore
}

function describe(project: OwnedProject, { study, reader }: PackRequest): PackDescription {
  const protocol = readProtocol(project.dir, study.id);
  const known = study.readers.find(({ name }) => name === reader);
  if (known === undefined)
    throw new AppError('not-found', `The study "${study.name}" has no reader "${reader}". It has: ${study.readers.map(({ name }) => name).join(', ')}.`); // prettier-ignore
  const order = orderOf(protocol, reader).map(({ cases }) => [...cases]);
  const shown = new Set(order.flat());
  return {
    pack: randomBytes(16).toString('hex'),
    reader,
    privateKey: known.privateKey,
    protocol: readFileSync(studyFile(project.dir, study.id, protocolName), 'utf8'),
    lock: lockOf(project, study),
    order,
    cases: protocol.cases.filter(({ id }) => shown.has(id)).map(({ id, bytes }) => ({ id, bytes })),
  };
}

/** Throws `project-damaged` for a scan that is not as it was locked. */
async function* plainOf(folder: string, description: PackDescription): AsyncGenerator<Uint8Array> {
  yield describedBy(description);
  for (const { id } of description.cases) {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(join(folder, `${id}.nii`), { highWaterMark: 1 << 20 })) {
      hash.update(piece as Buffer);
      yield piece as Buffer;
    }
    if (hash.digest('hex') !== description.lock.data.cases[id])
      throw new AppError('project-damaged', `The scan ${casesFolder}/${id}.nii was changed since the study was locked. No pack was made; restore it from a backup.`); // prettier-ignore
  }
}

/** The log names the pack before it appears. Throws `wrong-state`, `not-found`, `already-exists`. */
export async function exportPack(project: OwnedProject, request: PackRequest): Promise<ReaderPack> {
  const { study, reader, passphrase, out } = request;
  requireLocked(study, 'making packs');
  await requireNewFile(out);
  const description = describe(project, request);
  const temporary = join(dirname(out), `.${newId(basename(out))}.part`);
  try {
    const plain = plainOf(studyFile(project.dir, study.id, casesFolder), description);
    await pipeline(sealStream(plain, passphrase), createWriteStream(temporary, { flags: 'wx', flush: true }));
    const [sha256, { size }] = await Promise.all([hashFile(temporary), stat(temporary)]);
    append(project, study.id, [{ type: 'export', data: { reader, pack: description.pack, sha256 } }]);
    await rename(temporary, out);
    syncFolder(dirname(out));
    return { path: out, bytes: size, sha256, cases: description.cases.length };
  } finally {
    await rm(temporary, { force: true });
  }
}
