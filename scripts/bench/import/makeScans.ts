/** Many scans of 1 mm from a few: copies of the shared cohort that differ in some voxels, so that none is a duplicate. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const cohort = resolve('..', 'shared', 'cohort');
/** Those of 1 mm. */
const subjects = ['sub-01', 'sub-02', 'sub-03', 'sub-04', 'sub-05', 'sub-06'];
/** NIfTI-1: where the voxels begin, what is stored, and how large the piece in the middle is that differs. */
const offsetAt = 108;
const datatypeAt = 70;
const pieceBytes = 1 << 16;
const bytesPerVoxel: Readonly<Record<number, number>> = { 4: 2, 16: 4, 512: 2 };

interface Source {
  readonly before: Buffer;
  readonly piece: Buffer;
  readonly after: Buffer;
  readonly bytesPerVoxel: number;
}

/** A scan in three parts, the first and last packed: gzip files may be laid one after another. */
async function openSource(subject: string): Promise<Source> {
  const plain = gunzipSync(await readFile(join(cohort, subject, 'anat', `${subject}_T1w.nii.gz`)));
  const width = bytesPerVoxel[plain.readInt16LE(datatypeAt)] ?? 1;
  const first = plain.readFloatLE(offsetAt);
  const middle = first + width * Math.floor((plain.length - first) / 2 / width);
  return {
    before: gzipSync(plain.subarray(0, middle)),
    piece: plain.subarray(middle, middle + pieceBytes),
    after: gzipSync(plain.subarray(middle + pieceBytes)),
    bytesPerVoxel: width,
  };
}

/** Writes `count` scans into `folder`; returns their paths. */
export async function makeScans(folder: string, count: number): Promise<string[]> {
  const sources = await Promise.all(subjects.map(openSource));
  const paths: string[] = [];
  for (let index = 0; index < count; index++) {
    const source = sources[index % sources.length];
    if (source === undefined) continue;
    const piece = Buffer.from(source.piece);
    for (let bit = 0; bit < 16; bit++) {
      const at = bit * 64 * source.bytesPerVoxel;
      piece[at] = (piece[at] ?? 0) ^ (((index + 1) >> bit) & 1);
    }
    const path = join(folder, `sub-${String(index + 1).padStart(4, '0')}_T1w.nii.gz`);
    await writeFile(path, Buffer.concat([source.before, gzipSync(piece), source.after]));
    paths.push(path);
  }
  return paths;
}
