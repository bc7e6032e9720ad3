/**
 * Damaged files for the readers: valid ones of every format, mutated. Whatever comes of it, a file is read or refused in
 * words; nothing else may be thrown.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BadScan } from '#imaging/badScan.ts';
import { candidateSource } from '#imaging/candidateSource.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { scanFolder } from '#imaging/scanFolder.ts';
import { formatWriters } from '#imaging/sides/formatWriters.ts';
import { createRandom, type Random } from '#shared/random.ts';

export interface FuzzResult {
  read: number;
  refused: number;
  /** What was thrown that is no refusal, or a refusal without words. */
  readonly faults: string[];
  longestMs: number;
}

export interface FuzzOptions {
  readonly files: number;
  readonly seed: number;
  /** An empty folder, left with files in it. */
  readonly folder: string;
  /** One DICOM series in so many is converted too, which takes a hundred times as long as looking at it. */
  readonly convertEvery: number;
  readonly onFile?: (done: number) => void;
}

interface Seed {
  readonly name: string;
  readonly folder: string;
  /** The file that is damaged, by name; its content unpacked. */
  readonly file: string;
  readonly bytes: Buffer;
  readonly isPacked: boolean;
}

const size = [10, 9, 8] as const;
const affine = [[-2, 0, 0, 9], [0, 2.5, 0, -10], [0, 0, 3, -12], [0, 0, 0, 1]] as const; // prettier-ignore
/** Beyond the header, where the others are voxels. */
const headerBytes = 700;
const extremes = [0, 1, 0x7f, 0x80, 0xfe, 0xff] as const;
const words = ['-1', '0', '1e308', 'nan', '99999999999', '4294967296', '-0.0', '()', 'none', '%d', '', ' ', '\n\n', '=']; // prettier-ignore

async function seedsIn(folder: string): Promise<Seed[]> {
  const data = Float32Array.from({ length: 720 }, (_, index) => (index * 7) % 251);
  const volume = { size, affine: affine.map((row) => [...row]) as never, data };
  const seeds: Seed[] = [];
  for (const { name, write } of formatWriters) {
    const place = join(folder, `seed ${name}`);
    mkdirSync(place);
    await write(place, volume);
    const [file = ''] = readdirSync(place).filter((other) => !/\.(img|raw)$/.test(other)).sort(); // prettier-ignore
    const found = readFileSync(join(place, file));
    const isPacked = found[0] === 0x1f && found[1] === 0x8b;
    seeds.push({ name, folder: place, file, bytes: isPacked ? gunzipSync(found) : found, isPacked });
  }
  return seeds;
}

function mutateOnce(bytes: Buffer, random: Random): Buffer {
  const within = (length: number): number => Math.floor(random.uniform() * Math.max(1, length));
  const at = within(random.uniform() < 0.9 ? Math.min(bytes.length, headerBytes) : bytes.length);
  const pick = <T>(list: readonly T[], instead: T): T => list[within(list.length)] ?? instead;
  const kind = within(8);
  switch (kind) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + within(16))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(within(at), at), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(words, '')), bytes.subarray(at + within(6))]);
    default: {
      const changed = Buffer.from(bytes);
      const length = kind < 6 ? 1 : 1 + within(8);
      for (let index = at; index < Math.min(changed.length, at + length); index++)
        changed[index] = random.uniform() < 0.5 ? pick(extremes, 0) : within(256);
      return changed;
    }
  }
}

function mutate(seed: Seed, random: Random): Buffer {
  const count = 1 + Math.floor(random.uniform() * 4);
  const damage = (bytes: Buffer): Buffer => {
    let changed = bytes;
    for (let done = 0; done < count; done++) changed = mutateOnce(changed, random);
    return changed;
  };
  if (!seed.isPacked) return damage(seed.bytes);
  return random.uniform() < 0.9 ? gzipSync(damage(seed.bytes), { level: 1 }) : damage(gzipSync(seed.bytes));
}

async function tryReading({ name, folder, file }: Seed, isConverted: boolean): Promise<void> {
  if (name !== 'DICOM') {
    await readVolume(join(folder, file), 'mean');
    return;
  }
  const { candidates, outcomes } = await scanFolder(folder);
  if (outcomes.some(({ reason }) => reason === '')) throw new Error('an outcome without a reason');
  for (const candidate of candidates) {
    if (candidate.series?.aside?.reason === '') throw new Error('a series aside without a reason');
    const wishes = { frame: 'mean' as const, acceptIncomplete: true, isNamed: true };
    if (isConverted) await candidateSource(folder, candidate, wishes).read();
  }
}

/** Reads `files` damaged files, format after format, the same for the same seed. */
export async function fuzzReaders({ files, seed, folder, convertEvery, onFile }: FuzzOptions): Promise<FuzzResult> {
  const result: FuzzResult = { read: 0, refused: 0, faults: [], longestMs: 0 };
  const seeds = await seedsIn(folder);
  const random = createRandom(seed);
  for (let done = 0; done < files; done++) {
    const chosen = seeds[done % seeds.length];
    if (chosen === undefined) break;
    const path = join(chosen.folder, chosen.file);
    writeFileSync(path, mutate(chosen, random));
    const startedAt = performance.now();
    try {
      await tryReading(chosen, Math.floor(done / seeds.length) % convertEvery === 0);
      result.read++;
    } catch (thrown) {
      if (thrown instanceof BadScan && thrown.message.length > 20) result.refused++;
      else result.faults.push(`${chosen.name}, file ${String(done)}: ${String(thrown)}`);
    }
    result.longestMs = Math.max(result.longestMs, performance.now() - startedAt);
    onFile?.(done + 1);
  }
  for (const { folder: place } of seeds) rmSync(place, { recursive: true });
  return result;
}
