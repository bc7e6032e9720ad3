/**
 * What an import has done so far, in its job's folder, so that it can go on after its end came too early. Lines of JSON;
 * one is added when the files that it tells of are on the disk. It names no file and nobody: scans are known by their
 * place among the candidates and by a hash over sizes and dates of their files.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { importJournal, importJournalHead } from '#contract/importing.ts';
import { alignment, lowScan, scanQuality, volumeRecord } from '#contract/records.ts';
import { sha256OfFile, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { volumesFolder, type MeasuredScan, type StoredScan } from './importScan.ts';

export interface ImportJournal {
  /** Of the volumes, one a candidate. */
  readonly ids: readonly string[];
  /** Candidates that were done in an earlier run, but whose files have changed since: they are done again. */
  readonly changed: number;
  measured(index: number): MeasuredScan | null;
  /** What is stored of a candidate, where it was stored with these settings. */
  stored(index: number, settings: string): StoredScan | null;
  addMeasured(index: number, measured: MeasuredScan): Promise<void>;
  addStored(index: number, settings: string, stored: StoredScan): Promise<void>;
  /** Removes the files of a candidate's volume. */
  remove(index: number): Promise<void>;
  /** Leaves all as it is, to go on from. */
  close(): Promise<void>;
  /** Removes itself and every file of the import. */
  discard(): Promise<void>;
}

interface JournalPlace {
  readonly projectDir: string;
  readonly jobDir: string;
  /** A hash for each candidate that changes when its files do. */
  readonly states: readonly string[];
}

const numbers = z.array(z.number()).readonly();
const vector = z.tuple([z.number(), z.number(), z.number()]).readonly();
const ofScan = { index: z.int().nonnegative(), state: z.string() };
const measuredLine = z.strictObject({
  type: z.literal('measured'),
  ...ofScan,
  measured: z.strictObject({
    voxelHash: z.string(),
    volume: z.strictObject({ affine: volumeRecord.shape.affine }),
    measures: z.strictObject({ centreMm: vector, reachMm: vector, millilitres: z.number() }),
    measure: z
      .strictObject({
        map: z.strictObject({ from: numbers, to: numbers }),
        ends: z.tuple([z.number(), z.number()]).readonly(),
      })
      .nullable(),
    alignment: alignment.nullable(),
  }),
});
const storedLine = z.strictObject({
  type: z.literal('stored'),
  ...ofScan,
  settings: z.string(),
  stored: z.strictObject({
    volume: volumeRecord
      .omit({ subject: true, session: true, split: true, sourceFile: true, attributes: true })
      .extend({ quality: scanQuality.omit({ distance: true }), low: lowScan.omit({ sourceFile: true }).nullable() }),
    warnings: z.array(z.strictObject({ code: z.string(), reason: z.string() })),
  }),
});
const line = z.discriminatedUnion('type', [importJournalHead, measuredLine, storedLine]);
type Line = z.infer<typeof line>;

const none: ReadonlySet<string> = new Set();

/** A line that the end of the process cut off is none. */
function parseLine(text: string): Line[] {
  try {
    const parsed = line.safeParse(JSON.parse(text));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

async function readLines(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap(parseLine);
}

async function isWhole(projectDir: string, { volume }: StoredScan): Promise<boolean> {
  const hashOf = (path: string): Promise<string | null> => sha256OfFile(join(projectDir, path)).catch(() => null);
  if ((await hashOf(volume.path)) !== volume.sha256) return false;
  if (volume.low !== null && (await hashOf(volume.low.path)) !== volume.low.sha256) return false;
  const others = [volume.labelPath, volume.thumbnailPath].filter((path) => path !== null);
  return (await Promise.all(others.map(hashOf))).every((hash) => hash !== null);
}

/** Removes files in `volumes/` of these volumes, half-written ones too, but for the whole files of `kept` ones. */
async function removeFiles(projectDir: string, ids: ReadonlySet<string>, kept: ReadonlySet<string>): Promise<void> {
  const folder = join(projectDir, volumesFolder);
  for (const name of await readdir(folder)) {
    const isHalf = name.startsWith('.');
    const [id = ''] = name.slice(isHalf ? 1 : 0).split('.');
    if (ids.has(id) && (isHalf || !kept.has(id))) await rm(join(folder, name), { force: true });
  }
}

/** Opens the journal of an earlier run, or a new one. What an earlier run left half done is removed. */
export async function openJournal({ projectDir, jobDir, states }: JournalPlace): Promise<ImportJournal> {
  const path = join(jobDir, importJournal);
  const known = await readLines(path);
  const earlier = known.find((entry) => entry.type === 'begun')?.ids ?? [];
  const ids = states.map((_, index) => earlier[index] ?? randomUUID());
  const measuredOnes = new Map<number, z.infer<typeof measuredLine>>();
  const storedOnes = new Map<number, z.infer<typeof storedLine>>();
  const changed = new Set<number>();
  for (const entry of known) {
    if (entry.type === 'begun') continue;
    if (entry.state !== states[entry.index]) {
      changed.add(entry.index);
      continue;
    }
    if (entry.type === 'measured') measuredOnes.set(entry.index, entry);
    else storedOnes.set(entry.index, entry);
  }
  for (const [index, { stored }] of storedOnes)
    if (stored.volume.id !== ids[index] || !(await isWhole(projectDir, stored))) storedOnes.delete(index);
  const kept = new Set([...storedOnes.values()].map(({ stored }) => stored.volume.id));
  await removeFiles(projectDir, new Set([...earlier, ...ids]), kept);

  /** Candidates of which there are or may be files. */
  const withFiles = new Set(storedOnes.keys());
  const head: Line = { type: 'begun', version: 1, ids };
  const lines: Line[] = [head, ...measuredOnes.values(), ...storedOnes.values()];
  await writeFileAtomic(path, lines.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const file = await open(path, 'a');
  let written: Promise<void> = Promise.resolve();
  const add = (entry: Line): Promise<void> => {
    written = written.then(async () => {
      await file.appendFile(`${JSON.stringify(entry)}\n`);
      await file.sync();
    });
    return written;
  };
  const close = async (): Promise<void> => {
    await written.catch(() => undefined);
    await file.close();
  };
  const stateOf = (index: number): string => states[index] ?? '';

  return {
    ids,
    changed: [...changed].filter((index) => !measuredOnes.has(index) && !storedOnes.has(index)).length,
    measured: (index) => measuredOnes.get(index)?.measured ?? null,
    stored: (index, settings) => {
      const entry = storedOnes.get(index);
      return entry?.settings === settings ? entry.stored : null;
    },
    addMeasured: (index, measured) => add({ type: 'measured', index, state: stateOf(index), measured }),
    addStored: (index, settings, { volume, warnings }) => {
      withFiles.add(index);
      return add({
        type: 'stored',
        index,
        state: stateOf(index),
        settings,
        stored: { volume, warnings: [...warnings] },
      });
    },
    remove: async (index) => {
      if (withFiles.delete(index)) await removeFiles(projectDir, new Set([ids[index] ?? '']), none);
    },
    close,
    discard: async () => {
      await close();
      await removeFiles(projectDir, new Set(ids), none);
      await rm(path, { force: true });
    },
  };
}
