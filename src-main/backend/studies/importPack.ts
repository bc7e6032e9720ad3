/** Makes a study of a reader pack: it can be read here, and its answers go back; everything else stays with its owner. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#contract/errors.ts';
import { studyProtocol, type StudyProtocol } from '#contract/studies.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { orderOf } from '#shared/study/readingState.ts';
import { hashedText } from '#shared/study/studyLog.ts';
import { hashText } from '../hash.ts';
import { newId, now } from '../identifiers.ts';
import { casesFolder, studyDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { currentVersions } from '../versions.ts';
import { clockToleranceMs } from './answerFaults.ts';
import { beginChain } from './chain.ts';
import { writeDurably } from './durableFile.ts';
import { byteSource, readDescription, type ByteSource, type PackDescription } from './packFormat.ts';
import { openStream } from './packStream.ts';
import { protocolName, readProtocol, studyFile } from './sealedFiles.ts';

interface ImportRequest {
  /** Absolute path of the pack. */
  readonly path: string;
  readonly passphrase: string;
}

const damaged = (what: string): AppError => new AppError('bad-input', `This reader pack does not fit together: ${what}. Ask for it again.`); // prettier-ignore

const publicOf = (privateKey: string): string =>
  createPublicKey(createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' }))
    .export({ type: 'spki', format: 'der' })
    .toString('base64');

/** The protocol that a pack was made for, after everything in the pack has been compared with it. */
function protocolOf({ protocol: text, lock, reader, privateKey, order, cases }: PackDescription): StudyProtocol {
  if (hashText(hashedText(lock)) !== lock.hash) throw damaged('the line that locked the study was changed');
  if (hashText(text) !== lock.data.protocolSha256) throw damaged('its protocol is not the one that was locked');
  const protocol = studyProtocol.parse(JSON.parse(text));
  if (protocol.readers.find(({ name }) => name === reader)?.publicKey !== publicOf(privateKey))
    throw damaged(`the key of the reader "${reader}" is not that of the protocol`);
  const known = new Map(protocol.cases.map(({ id, bytes }) => [id, bytes]));
  if (cases.some(({ id, bytes }) => known.get(id) !== bytes)) throw damaged('its scans are not those of the protocol');
  if (canonicalJson(orderOf(protocol, reader).map((showing) => showing.cases)) !== canonicalJson(order))
    throw new AppError('bad-input', 'This reader pack was made by a version of Doppel that orders trials in another way. Use the same version on both workstations.'); // prettier-ignore
  return protocol;
}

/** Throws `already-exists` where the study or this reader's pack is in the project. */
function requireNew({ store, dir }: OwnedProject, protocol: StudyProtocol, reader: string): void {
  for (const study of store.studies.list()) {
    if (study.id === protocol.id)
      throw new AppError('already-exists', `"${study.name}" was locked in this project: its readers read it here without a pack.`); // prettier-ignore
    const isSame = study.state === 'reading' && study.readers[0]?.name === reader;
    if (isSame && readProtocol(dir, study.id).id === protocol.id)
      throw new AppError('already-exists', `The pack of the reader "${reader}" is in this project already: "${study.name}".`); // prettier-ignore
  }
}

/** Answers that are older than their study would be refused. */
function requireClock({ lock }: PackDescription): void {
  if (Date.now() < Date.parse(lock.at) - clockToleranceMs)
    throw new AppError('wrong-state', `The clock of this computer says ${now()}, which is before the study was locked (${lock.at}). Set the clock first: answers carry their time.`); // prettier-ignore
}

async function writeCases(source: ByteSource, folder: string, { cases, lock }: PackDescription): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { id, bytes } of cases) {
    const hash = createHash('sha256');
    async function* hashed(): AsyncGenerator<Buffer> {
      for await (const piece of source.pieces(bytes)) {
        hash.update(piece);
        yield piece;
      }
    }
    await pipeline(hashed, createWriteStream(join(folder, `${id}.nii`), { flags: 'wx', flush: true }));
    if (hash.digest('hex') !== lock.data.cases[id]) throw damaged(`the scan ${id}.nii is not the one that was locked`);
  }
  await source.end();
}

/** The name of the study; where that is taken, with the reader's. */
function freeName({ store }: OwnedProject, name: string, reader: string): string {
  const candidates = [name, `${name} (${reader})`];
  const free = candidates.find((candidate) => !store.studies.hasName(candidate));
  if (free !== undefined) return free;
  throw new AppError('already-exists', `The project has studies ${candidates.map((one) => `"${one}"`).join(' and ')} already. Import the pack into another project.`); // prettier-ignore
}

/** Throws `wrong-passphrase`, `bad-input`, `already-exists`, `not-found`; leaves nothing behind then. */
export async function importPack(project: OwnedProject, { path, passphrase }: ImportRequest): Promise<StudyRow> {
  if ((await stat(path).catch(() => null))?.isFile() !== true) throw new AppError('not-found', `There is no file ${path}.`); // prettier-ignore
  const { store, dir } = project;
  const id = newId('study');
  const folder = studyDir(dir, id);
  const stream = openStream(path, passphrase);
  try {
    const source = byteSource(stream);
    const description = await readDescription(source);
    const { reader, lock, pack, privateKey } = description;
    const protocol = protocolOf(description);
    requireNew(project, protocol, reader);
    requireClock(description);
    const name = freeName(project, protocol.design.name, reader);
    await writeCases(source, studyFile(dir, id, casesFolder), description);
    writeDurably(studyFile(dir, id, protocolName), description.protocol);
    const log = beginChain(project, id, { type: 'import', data: { reader, pack, version: currentVersions.doppel, lock } }); // prettier-ignore
    store.studies.put({
      id,
      name,
      state: 'reading',
      design: { ...protocol.design, synthetic: [] },
      readers: protocol.readers.filter((one) => one.name === reader).map((own) => ({ ...own, privateKey })),
      selection: null,
      // What may tell the two kinds apart is nothing for a reader's eyes.
      fairness: null,
      warnings: [],
      jobId: null,
      log,
      createdAt: now(),
      lockedAt: lock.at,
      closedAt: null,
    });
    return store.studies.get(id);
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  } finally {
    await stream.return(undefined);
  }
}
