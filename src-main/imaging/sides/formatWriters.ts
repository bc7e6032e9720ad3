/** Writes one volume in each format that is read, from the formats' own definitions: what the self-check reads. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { encodeNifti1Header } from '#shared/volume/niftiHeader.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { writeNifti } from '../niftiWrite.ts';
import { writeDicomSeries } from './dicomWriter.ts';

export interface FormatWriter {
  readonly name: string;
  /** Whether the format says where left is; else it is axial slices from right to left, back to front, bottom to top. */
  readonly placesVolumes: boolean;
  /** Writes the scan into an empty folder; whole intensities from 0 to 255. */
  write(folder: string, volume: Volume): Promise<void>;
}

const bytesOf = ({ data }: Volume): Buffer => Buffer.from(Uint8Array.from(data));

async function writePair(folder: string, volume: Volume, change: (header: Buffer) => void): Promise<void> {
  const { size, affine } = volume;
  const options = { size, affine, datatype: 'uint8', slope: 1, intercept: 0, description: '', comment: null } as const;
  const header = Buffer.from(encodeNifti1Header(options).subarray(0, 348));
  header.writeFloatLE(0, 108); // in a pair voxels begin at the image file's first byte
  change(header);
  await writeFile(join(folder, 'scan.hdr'), header);
  await writeFile(join(folder, 'scan.img'), bytesOf(volume));
}

async function writeMgh(folder: string, volume: Volume): Promise<void> {
  const { size, affine } = volume;
  const header = Buffer.alloc(284);
  [1, ...size, 1, 0].forEach((value, index) => header.writeInt32BE(value, 4 * index));
  header.writeInt16BE(1, 28);
  const spacing = spacingOf(affine);
  spacing.forEach((value, axis) => header.writeFloatBE(value, 30 + 4 * axis));
  for (const world of [0, 1, 2] as const) {
    const row = affine[world];
    for (const axis of [0, 1, 2] as const) header.writeFloatBE(row[axis] / spacing[axis], 42 + 4 * (3 * axis + world));
    const centre = row[3] + (row[0] * size[0] + row[1] * size[1] + row[2] * size[2]) / 2;
    header.writeFloatBE(centre, 78 + 4 * world);
  }
  await writeFile(join(folder, 'scan.mgz'), gzipSync(Buffer.concat([header, bytesOf(volume)])));
}

/** Columns of an affine and its origin in LPS. */
function inLps({ affine }: Volume): { columns: readonly number[][]; origin: readonly number[] } {
  const column = (axis: 0 | 1 | 2 | 3): number[] => [-affine[0][axis], -affine[1][axis], affine[2][axis]];
  return { columns: [column(0), column(1), column(2)], origin: column(3) };
}

async function writeNrrd(folder: string, volume: Volume, isDetached: boolean): Promise<void> {
  const { columns, origin } = inLps(volume);
  const vector = (values: readonly number[]): string => `(${values.join(',')})`;
  const lines = [
    'NRRD0004',
    'type: unsigned char',
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${volume.size.join(' ')}`,
    `space directions: ${columns.map(vector).join(' ')}`,
    'kinds: domain domain domain',
    `space origin: ${vector(origin)}`,
    `encoding: ${isDetached ? 'raw' : 'gzip'}`,
    ...(isDetached ? ['data file: scan.raw'] : []),
  ];
  const header = Buffer.from(`${lines.join('\n')}\n\n`);
  if (isDetached) {
    await writeFile(join(folder, 'scan.nhdr'), header);
    await writeFile(join(folder, 'scan.raw'), bytesOf(volume));
  } else await writeFile(join(folder, 'scan.nrrd'), Buffer.concat([header, gzipSync(bytesOf(volume))]));
}

async function writeMetaImage(folder: string, volume: Volume, isDetached: boolean): Promise<void> {
  const { columns, origin } = inLps(volume);
  const spacing = spacingOf(volume.affine);
  const packed = deflateSync(bytesOf(volume));
  const lines = [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    `CompressedData = ${isDetached ? 'False' : 'True'}`,
    `TransformMatrix = ${columns.map((column, axis) => column.map((value) => value / (spacing[axis] ?? 1)).join(' ')).join(' ')}`,
    `Offset = ${origin.join(' ')}`,
    `ElementSpacing = ${spacing.join(' ')}`,
    `DimSize = ${volume.size.join(' ')}`,
    'ElementType = MET_UCHAR',
    `ElementDataFile = ${isDetached ? 'scan.raw' : 'LOCAL'}`,
  ];
  const header = Buffer.from(`${lines.join('\n')}\n`);
  if (isDetached) {
    await writeFile(join(folder, 'scan.mhd'), header);
    await writeFile(join(folder, 'scan.raw'), bytesOf(volume));
  } else await writeFile(join(folder, 'scan.mha'), Buffer.concat([header, packed]));
}

async function writeSingle(folder: string, name: string, volume: Volume): Promise<void> {
  await writeNifti(join(folder, name), volume, { storage: { kind: 'uint8' }, description: '' });
}

export const formatWriters: readonly FormatWriter[] = [
  { name: 'NIfTI', placesVolumes: true, write: (folder, volume) => writeSingle(folder, 'scan.nii.gz', volume) },
  { name: 'NIfTI pair', placesVolumes: true, write: (folder, volume) => writePair(folder, volume, (header) => header.write('ni1', 344)) },
  { name: 'Analyze', placesVolumes: false, write: (folder, volume) => writePair(folder, volume, (header) => header.fill(0, 252)) },
  { name: 'MGH', placesVolumes: true, write: writeMgh },
  { name: 'NRRD', placesVolumes: true, write: (folder, volume) => writeNrrd(folder, volume, false) },
  { name: 'NRRD with a header of its own', placesVolumes: true, write: (folder, volume) => writeNrrd(folder, volume, true) },
  { name: 'MetaImage', placesVolumes: true, write: (folder, volume) => writeMetaImage(folder, volume, false) },
  { name: 'MetaImage with a header of its own', placesVolumes: true, write: (folder, volume) => writeMetaImage(folder, volume, true) },
  { name: 'DICOM', placesVolumes: true, write: writeDicomSeries },
]; // prettier-ignore
