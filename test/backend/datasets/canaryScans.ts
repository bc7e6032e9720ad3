/** A folder of scans with somebody's name in everything that a file can hold beside voxels. */
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';

const size = [24, 26, 24] as const;
const text = 'Kanarix';

/** What must be nowhere, whatever its case. */
export const canaries = [
  'kanarix',
  '19560412',
  '1956-04-12',
  '114233.77',
  '1.3.999.424242',
  '42424242',
  '4242.4242',
  '0424242',
];

/** Those that are in a text. */
export const found = (text: string, words: readonly string[] = canaries): string[] =>
  words.filter((word) => text.toLowerCase().includes(word.toLowerCase()));

/** Where a name is found, in names of files or in their bytes, unpacked. */
export function leaksIn(root: string, words: readonly string[] = canaries): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const inName = found(path.slice(root.length), words).map((word) => `name ${path}: ${word}`);
    if (!entry.isFile()) return inName;
    const raw = readFileSync(path);
    const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
    const inBytes = found(bytes.toString('latin1'), words).map((word) => `${entry.name}: ${word}`);
    return [...inName, ...inBytes];
  });
}

function dicomElement(group: number, element: number, vr: string, value: Buffer | string): Buffer {
  const raw = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const filler = Buffer.from([vr === 'UI' || typeof value !== 'string' ? 0 : 32]);
  const bytes = raw.length % 2 === 0 ? raw : Buffer.concat([raw, filler]);
  const isLong = ['OB', 'OW', 'OF', 'SQ', 'UT', 'UN', 'UC', 'UR', 'OD', 'OL'].includes(vr);
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

const short = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

const item = (content: Buffer): Buffer => {
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
};

/** One slice of an explicit little-endian MR image (PS3.5), an element of every VR that holds words. */
function dicomSlice(slice: number, voxels: Int16Array): Buffer {
  const uid = '1.3.999.424242';
  const instance = `${uid}.1.${String(slice + 1)}`;
  const syntax = dicomElement(2, 0x10, 'UI', '1.2.840.10008.1.2.1');
  const meta = Buffer.concat([
    dicomElement(2, 1, 'OB', Buffer.from([0, 1])),
    dicomElement(2, 2, 'UI', '1.2.840.10008.5.1.4.1.1.4'),
    dicomElement(2, 3, 'UI', instance),
    syntax,
    dicomElement(2, 0x16, 'AE', 'KANARIX'),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    dicomElement(2, 0, 'UL', length),
    meta,
    dicomElement(8, 0x08, 'CS', 'ORIGINAL\\PRIMARY\\KANARIX'),
    dicomElement(8, 0x16, 'UI', '1.2.840.10008.5.1.4.1.1.4'),
    dicomElement(8, 0x18, 'UI', instance),
    dicomElement(8, 0x20, 'DA', '19560412'),
    dicomElement(8, 0x2a, 'DT', '19560412114233.77'),
    dicomElement(8, 0x30, 'TM', '114233.77'),
    dicomElement(8, 0x50, 'SH', `${text} 1`),
    dicomElement(8, 0x60, 'CS', 'MR'),
    dicomElement(8, 0x70, 'LO', `${text} Siemens`),
    dicomElement(8, 0x80, 'LO', `${text} Clinic`),
    dicomElement(8, 0x81, 'ST', `${text} Street`),
    dicomElement(8, 0x90, 'PN', `${text}^Doctor`),
    dicomElement(8, 0x0119, 'UC', text),
    dicomElement(8, 0x0120, 'UR', `http://${text}.example`),
    dicomElement(8, 0x1030, 'LO', text),
    dicomElement(8, 0x103e, 'LO', `t1 mprage ${text}`),
    dicomElement(8, 0x1090, 'LO', `Prisma ${text}`),
    dicomElement(8, 0x1140, 'SQ', item(dicomElement(8, 0x1155, 'UI', `${uid}.9`))),
    dicomElement(9, 0x10, 'LO', text),
    dicomElement(9, 0x1001, 'UN', Buffer.from(text)),
    dicomElement(0x10, 0x10, 'PN', `${text}^Zita`),
    dicomElement(0x10, 0x20, 'LO', '42424242'),
    dicomElement(0x10, 0x30, 'DA', '19560412'),
    dicomElement(0x10, 0x40, 'CS', 'F'),
    dicomElement(0x10, 0x1010, 'AS', '097Y'),
    dicomElement(0x10, 0x21b0, 'LT', text),
    dicomElement(0x18, 0x50, 'DS', '8'),
    dicomElement(0x18, 0x1000, 'LO', text),
    dicomElement(0x18, 0x1030, 'LO', text),
    dicomElement(0x20, 0x0d, 'UI', `${uid}.2`),
    dicomElement(0x20, 0x0e, 'UI', `${uid}.3`),
    dicomElement(0x20, 0x10, 'SH', text),
    dicomElement(0x20, 0x11, 'IS', '1'),
    dicomElement(0x20, 0x13, 'IS', String(slice + 1)),
    dicomElement(0x20, 0x32, 'DS', `-90\\-90\\${String(slice * 8)}`),
    dicomElement(0x20, 0x37, 'DS', '1\\0\\0\\0\\1\\0'),
    dicomElement(0x20, 0x52, 'UI', `${uid}.4`),
    dicomElement(0x20, 0x4000, 'LT', text),
    dicomElement(0x28, 2, 'US', short(1)),
    dicomElement(0x28, 4, 'CS', 'MONOCHROME2'),
    dicomElement(0x28, 0x10, 'US', short(size[1])),
    dicomElement(0x28, 0x11, 'US', short(size[0])),
    dicomElement(0x28, 0x30, 'DS', '8\\8'),
    dicomElement(0x28, 0x100, 'US', short(16)),
    dicomElement(0x28, 0x101, 'US', short(16)),
    dicomElement(0x28, 0x102, 'US', short(15)),
    dicomElement(0x28, 0x103, 'US', short(1)),
    dicomElement(0x32, 0x1032, 'PN', text),
    dicomElement(0x40, 0x09a2, 'IS', '42424242'),
    dicomElement(0x40, 0x0440, 'DS', '4242.4242'),
    dicomElement(0x40, 0xa160, 'UT', text),
    dicomElement(0x7fe0, 0x10, 'OW', Buffer.from(voxels.buffer, voxels.byteOffset, voxels.byteLength)),
  ]);
}

const voxelsOf = (shade: number): Int16Array => Int16Array.from(brainValues(size, shade), (value) => Math.round(value));

/** NIfTI-1 with every field of free text, and an extension. */
function writeNifti(path: string, shade: number): void {
  const extension = 64;
  writeScan(path, { size, values: brainValues(size, shade), gap: extension, voxOffset: 352 + extension });
  const bytes = readFileSync(path);
  for (const [at, length] of [[4, 10], [14, 18], [148, 80], [228, 24], [328, 16]] as const)
    bytes.write(text.repeat(12).slice(0, length), at, 'latin1');
  bytes[348] = 1;
  bytes.writeInt32LE(extension, 352);
  bytes.writeInt32LE(6, 356);
  bytes.write(text.repeat(8), 360, 'latin1');
  writeFileSync(path, bytes);
} // prettier-ignore

/** FreeSurfer's MGH: big-endian, tags after the voxels. */
function writeMgh(path: string, shade: number): void {
  const header = Buffer.alloc(284);
  [1, ...size, 1, 4].forEach((value, at) => header.writeInt32BE(value, 4 * at)); // 4: int16
  header.writeInt16BE(1, 28);
  [2, 2, 2, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0].forEach((value, at) => header.writeFloatBE(value, 30 + 4 * at));
  const voxels = Buffer.from(voxelsOf(shade).buffer).swap16();
  const tag = Buffer.alloc(12);
  tag.writeInt32BE(3, 0);
  tag.writeBigInt64BE(BigInt(text.length), 4);
  writeFileSync(path, Buffer.concat([header, voxels, Buffer.alloc(20), tag, Buffer.from(text)]));
}

function writeNrrd(path: string, shade: number, type = 'int16'): void {
  const lines = [
    'NRRD0004', `# ${text}`, `content: ${text}`, `type: ${type}`, 'dimension: 3', 'space: right-anterior-superior',
    `sizes: ${size.join(' ')}`, 'space directions: (2,0,0) (0,2,0) (0,0,2)', 'kinds: domain domain domain',
    'endian: little', 'encoding: raw', 'space origin: (0,0,0)', `patient:=${text}`,
  ]; // prettier-ignore
  writeFileSync(path, Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), Buffer.from(voxelsOf(shade).buffer)]));
}

function writeMetaImage(path: string, shade: number): void {
  const lines = [
    'ObjectType = Image', 'NDims = 3', `Comment = ${text}`, `Name = ${text}`, 'BinaryData = True',
    'BinaryDataByteOrderMSB = False', 'Offset = 0 0 0', 'TransformMatrix = 1 0 0 0 1 0 0 0 1', 'ElementSpacing = 2 2 2',
    `DimSize = ${size.join(' ')}`, 'ElementType = MET_SHORT', 'ElementDataFile = LOCAL',
  ]; // prettier-ignore
  writeFileSync(path, Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from(voxelsOf(shade).buffer)]));
}

/** Five scans under names, four files that are refused, sidecars and a table. */
export function writeCanaries(parent: string): string {
  const root = join(parent, `${text} Clinic`);
  const folder = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const dicom = folder(`${text}^Zita 19560412`);
  const voxels = voxelsOf(0);
  const plane = size[0] * size[1];
  for (let slice = 0; slice < size[2]; slice++)
    writeFileSync(
      join(dicom, `${text}.${String(slice)}`),
      dicomSlice(slice, voxels.slice(slice * plane, (slice + 1) * plane)),
    );
  const nifti = join(folder(`${text}_Otto/1956-04-12`), `${text}_t1.nii`);
  writeNifti(nifti, 1);
  cpSync(nifti, join(folder(`${text}_Otto/1957-04-12`), 'again.nii')); // a duplicate
  writeFileSync(nifti.replace('.nii', '.json'), JSON.stringify({ PatientName: text, AcquisitionTime: '114233.77' }));
  writeMgh(join(folder(`${text}_Anna`), `${text}_t1.mgh`), 2);
  writeNrrd(join(folder(`a "quoted" ${text}`), `${text}.nrrd`), 3);
  writeNrrd(join(folder(`b ${text}`), `${text}.nrrd`), 3, text); // no such type
  writeMetaImage(join(folder(`c ${text}`), `${text}_t1.mha`), 4);
  writeFileSync(join(root, `${text}.mnc`), text);
  writeFileSync(join(root, `${text}.dcm`), text);
  writeFileSync(join(root, 'participants.tsv'), [
    'participant_id\tname\tbirth_date\tMRN\tage\tsex\tgroup\tnotes\tvisit\tventricles\tphone',
    `${text}_Otto\t${text}\t1956-04-12\t42424242\t93\tM\ta\tsaw ${text}\t19560412\t31.5\t0424242`,
    `${text}_Anna\t${text}\t1956-04-12\t42424243\t64\tF\tb\t${text} again\t19560412\t28.25\t0424242`,
  ].join('\n')); // prettier-ignore
  appendFileSync(join(root, 'README'), text);
  return root;
}
