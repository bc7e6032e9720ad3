/**
 * What an import may keep of a DICOM header: an allow-list of numbers and known words under their BIDS names and units
 * (Gorgolewski et al. 2016), so that nothing that could name a person passes by being forgotten.
 */
import type { DataSet } from 'dicom-parser';
import type { Attributes } from '#contract/records.ts';
import { oldestAge } from '../deidentify/columns.ts';

export type DicomAttributes = Attributes;

const modalities = new Set(['MR', 'CT', 'PT', 'NM', 'US', 'OT', 'SC']);
const manufacturers = ['Siemens', 'GE', 'Philips', 'Canon', 'Toshiba', 'Hitachi', 'United Imaging', 'Bruker', 'Agilent', 'Varian', 'Fonar', 'Esaote', 'Hyperfine']; // prettier-ignore
/** A model's name is kept where it is one that scanners have: free text could hold anything. */
const models = ['Prisma', 'Skyra', 'Trio', 'TrioTim', 'Verio', 'Vida', 'Lumina', 'Avanto', 'Aera', 'Sola', 'Altea', 'Espree', 'Symphony', 'Allegra', 'Terra', 'Biograph', 'Cima', 'Magnetom', 'Signa', 'Discovery', 'Optima', 'Premier', 'Architect', 'Artist', 'Pioneer', 'Voyager', 'Achieva', 'Ingenia', 'Intera', 'Gyroscan', 'Elition', 'Ambition', 'Panorama', 'Vantage', 'Titan', 'Galan', 'Orian', 'Echelon', 'Oasis', 'Biospec', 'Pharmascan', 'Swoop', 'MR750', 'MR750w', 'MR450', 'HDx', 'HDxt', 'Excite', 'Fit', 'X', 'XR', 'CX']; // prettier-ignore

/** Looked up in the data set, then in the functional groups of an enhanced image, all frames' and the first one's. */
function numberOf(data: DataSet, tag: string, sequence: string): number | null {
  const groups = ['x52009229', 'x52009230'].flatMap((name) => data.elements[name]?.items?.[0]?.dataSet ?? []);
  const inside = groups.flatMap((group) => group.elements[sequence]?.items?.[0]?.dataSet ?? []);
  for (const place of [data, ...inside]) {
    const element = place.elements[tag];
    if (element === undefined) continue;
    const isBinary = element.vr === 'FD' || (element.vr === undefined && sequence !== '' && place !== data);
    const value = isBinary ? place.double(tag) : place.floatString(tag);
    if (value !== undefined && Number.isFinite(value)) return value;
  }
  return null;
}

/** `073Y`, `010M`: in whole years. */
function ageOf(text: string): number | null {
  const [, digits, unit] = /^(\d{1,3})([YMWD])$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const perYear = { Y: 1, M: 12, W: 52.18, D: 365.25 }[unit as 'Y' | 'M' | 'W' | 'D'];
  return Math.min(oldestAge, Math.floor(Number(digits) / perYear));
}

function knownWord(text: string, words: readonly string[]): string | null {
  return words.find((word) => new RegExp(`(^|[^a-z])${word}([^a-z]|$)`, 'i').test(text)) ?? null;
}

/** Times in seconds, the field in tesla, the flip angle in degrees; what is not there or not known is left out. */
export function readAttributes(data: DataSet): DicomAttributes {
  const text = (tag: string): string => data.string(tag)?.trim() ?? '';
  const seconds = (tag: string, sequence: string): number | null => {
    const milliseconds = numberOf(data, tag, sequence);
    return milliseconds === null ? null : Number((milliseconds / 1000).toPrecision(6));
  };
  const modality = text('x00080060');
  const sex = text('x00100040').toUpperCase();
  const manufacturer = text('x00080070');
  const found: Record<string, string | number | null> = {
    age: ageOf(text('x00101010')),
    sex: ['F', 'M', 'O'].includes(sex) ? sex : null,
    Modality: modalities.has(modality) ? modality : null,
    Manufacturer: knownWord(manufacturer, manufacturers),
    ManufacturersModelName: knownWord(text('x00081090'), models),
    MagneticFieldStrength: numberOf(data, 'x00180087', ''),
    RepetitionTime: seconds('x00180080', 'x00189112'),
    EchoTime: seconds('x00180081', '') ?? seconds('x00189082', 'x00189114'),
    InversionTime: seconds('x00180082', '') ?? seconds('x00189079', 'x00189115'),
    FlipAngle: numberOf(data, 'x00181314', 'x00189112'),
  };
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string | number] => entry[1] !== null)); // prettier-ignore
}
