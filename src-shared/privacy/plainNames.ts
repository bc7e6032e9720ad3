/** Names that say no more of a person than a running number: the only ones of the user's that are stored. */

const entity = /^(?:sub-(?:synth)?\d{1,4}|(?:ses|run|echo)-\d{1,4}|part-(?:mag|phase|real|imag)|acq-(?:thick|thin|highres|lowres|iso|sag|cor|ax|mprage|mp2rage|spgr|space))$/; // prettier-ignore
const suffixes = new Set(['T1w', 'T2w', 'FLAIR', 'PDw', 'T1ce', 'T2starw', 'T1map', 'T2map', 'inplaneT1', 'inplaneT2', 'UNIT1', 'angio', 'MRA']); // prettier-ignore
const datatypes = new Set(['anat', 'micr']);
const endings = /\.(nii|nii\.gz|mgz|mgh|mgh\.gz|nrrd|nhdr|mha|mhd|hdr|hdr\.gz|img|img\.gz)$/;

export const isPlainSubject = (name: string): boolean => /^sub-(synth)?\d{1,4}$/.test(name);
export const isPlainSession = (name: string): boolean => /^ses-\d{1,4}$/.test(name);
export const isPlainSuffix = (suffix: string): boolean => suffixes.has(suffix);

/** The ending of a volume's format, '' where there is none. */
export const endingOf = (path: string): string => endings.exec(path)?.[0] ?? '';

/** Whether a path is made of running numbers and the words of BIDS alone. */
export function isPlainPath(path: string): boolean {
  const parts = path.split('/');
  const file = parts.pop() ?? '';
  const ending = endingOf(file);
  const words = file.slice(0, file.length - ending.length).split('_');
  return (
    ending !== '' &&
    parts.every((part) => isPlainSubject(part) || isPlainSession(part) || datatypes.has(part)) &&
    words.length > 1 &&
    words.every((word, at) => entity.test(word) || (at === words.length - 1 && suffixes.has(word)))
  );
}

/** What a file is called where names of the user's are not kept. `position`: among those of its job, from 1. */
export const storedName = (path: string, position: number): string =>
  isPlainPath(path) ? path : `file-${String(position).padStart(4, '0')}${endingOf(path)}`;

/**
 * A sentence as it may be stored. What sentences quote of files and of their names stands in quotation marks, and all
 * from the first mark to the last one goes, since names may hold marks.
 */
export const withoutQuotes = (sentence: string): string => sentence.replace(/".*"/s, '"…"');
