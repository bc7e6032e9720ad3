/** Writes one volume as a DICOM series of single images (PS3.10, explicit VR, little-endian): what the self-check reads. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spacingOf } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';

const mrImageStorage = '1.2.840.10008.5.1.4.1.1.4';
const explicitLittleEndian = '1.2.840.10008.1.2.1';
/** The root of identifiers made from UUIDs (PS3.5 B.2), with numbers of no other meaning below it. */
const root = '2.25.314159265358979';

type Element = readonly [tag: number, vr: string, value: string | number | Buffer];

function encode([tag, vr, value]: Element): Buffer {
  const text = typeof value === 'string' ? Buffer.from(value, 'latin1') : null;
  const padding = vr === 'UI' ? 0 : 0x20;
  const short = Buffer.alloc(2);
  if (typeof value === 'number') short.writeUInt16LE(value);
  const data = Buffer.isBuffer(value) ? value : (text ?? short);
  const body = data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.from([padding])]);
  const isLong = vr === 'OW';
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(body.length, 8);
  else head.writeUInt16LE(body.length, 6);
  return Buffer.concat([head, body]);
}

const decimals = (values: readonly number[]): string => values.map((value) => value.toFixed(6)).join('\\');

/** Writes one file a slice along the third axis into `folder`; whole intensities from 0 to 65535. */
export async function writeDicomSeries(folder: string, { size, affine, data }: Volume): Promise<void> {
  const [nx, ny, nz] = size;
  const spacing = spacingOf(affine);
  const toLps = [-1, -1, 1] as const;
  const column = (axis: 0 | 1 | 2): number[] => [0, 1, 2].map((world) => (toLps[world as 0] * (affine[world]?.[axis] ?? 0)) / spacing[axis]); // prettier-ignore
  for (let k = 0; k < nz; k++) {
    const pixels = Buffer.alloc(2 * nx * ny);
    for (let at = 0; at < nx * ny; at++) pixels.writeUInt16LE(Math.round(data[k * nx * ny + at]!), 2 * at);
    const position = [0, 1, 2].map((world) => toLps[world as 0] * ((affine[world]?.[2] ?? 0) * k + (affine[world]?.[3] ?? 0))); // prettier-ignore
    const instance = `${root}.2.${String(k + 1)}`;
    const meta = [
      [0x00020002, 'UI', mrImageStorage],
      [0x00020003, 'UI', instance],
      [0x00020010, 'UI', explicitLittleEndian],
    ] as const;
    const elements: readonly Element[] = [
      [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\M'],
      [0x00080016, 'UI', mrImageStorage],
      [0x00080018, 'UI', instance],
      [0x00080060, 'CS', 'MR'],
      [0x0008103e, 'LO', 'phantom'],
      [0x00100020, 'LO', 'phantom'],
      [0x00180050, 'DS', spacing[2].toFixed(6)],
      [0x0020000d, 'UI', `${root}.1`],
      [0x0020000e, 'UI', `${root}.2`],
      [0x00200011, 'IS', '1'],
      [0x00200013, 'IS', String(k + 1)],
      [0x00200032, 'DS', decimals(position)],
      [0x00200037, 'DS', decimals([...column(0), ...column(1)])],
      [0x00280002, 'US', 1],
      [0x00280004, 'CS', 'MONOCHROME2'],
      [0x00280010, 'US', ny],
      [0x00280011, 'US', nx],
      [0x00280030, 'DS', decimals([spacing[1], spacing[0]])],
      [0x00280100, 'US', 16],
      [0x00280101, 'US', 16],
      [0x00280102, 'US', 15],
      [0x00280103, 'US', 0],
      [0x7fe00010, 'OW', pixels],
    ];
    const metaBytes = Buffer.concat(meta.map(encode));
    const length = Buffer.alloc(12);
    length.writeUInt16LE(2, 0);
    length.write('UL', 4, 'latin1');
    length.writeUInt16LE(4, 6);
    length.writeUInt32LE(metaBytes.length, 8);
    const parts = [Buffer.alloc(128), Buffer.from('DICM'), length, metaBytes, ...elements.map(encode)];
    await writeFile(join(folder, `IM${String(k).padStart(4, '0')}`), Buffer.concat(parts));
  }
}
