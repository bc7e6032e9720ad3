/** What file names say: is it a volume, in a format that is read, and of what kind. */

/**
 * `scan`: to be read. `image`: the image file of a header pair. `dicom`: named like one, which its content decides.
 * `unsupported`: an image of a kind that is not read.
 */
export type VolumeFileKind = 'scan' | 'header' | 'image' | 'dicom' | 'unsupported' | 'other';

const endings: readonly (readonly [RegExp, VolumeFileKind])[] = [
  [/\.(nii|nii\.gz|mgz|mgh|mgh\.gz|nrrd|nhdr|mha|mhd)$/i, 'scan'],
  [/\.(dcm|dicom|ima)$/i, 'dicom'],
  [/\.(hdr|hdr\.gz)$/i, 'header'],
  [/\.(img|img\.gz)$/i, 'image'],
  [/\.(mnc|head|brik|brik\.gz|par|rec|nii\.(bz2|xz|zst|zip))$/i, 'unsupported'],
];

export const supportedFormats =
  'DICOM, NIfTI (.nii, .nii.gz, .hdr with .img), MGH (.mgz, .mgh), NRRD (.nrrd, .nhdr), MetaImage (.mha, .mhd) and Analyze 7.5 (.hdr with .img)';

export function volumeFileKind(name: string): VolumeFileKind {
  return endings.find(([ending]) => ending.test(name))?.[1] ?? 'other';
}

/** The name without folders and without the ending of its format. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ending = endings.find(([pattern]) => pattern.test(name))?.[0];
  return ending === undefined ? name : name.replace(ending, '');
}

/** The parts of a BIDS name: `sub-01_ses-02_T1w` has entities sub and ses and the suffix T1w. */
export interface BidsName {
  readonly entities: ReadonlyMap<string, string>;
  readonly suffix: string;
}

export function parseBidsName(stem: string): BidsName {
  const parts = stem.split('_');
  const entities = new Map<string, string>();
  for (const part of parts) {
    const dash = part.indexOf('-');
    if (dash > 0) entities.set(part.slice(0, dash), part.slice(dash + 1));
  }
  const last = parts.at(-1) ?? '';
  return { entities, suffix: last.includes('-') ? '' : last };
}

const labelWords = new Set([
  'dseg',
  'probseg',
  'seg',
  'mask',
  'brainmask',
  'defacemask',
  'label',
  'labels',
  'aseg',
  'aparc+aseg',
  'roi',
]);

/** Common words for a contrast, most useful first; the key is the BIDS suffix. */
const contrastWords: readonly (readonly [string, readonly string[]])[] = [
  ['T1w', ['t1w', 't1', 't1n', 'mprage', 'mp2rage', 'spgr']],
  ['T2w', ['t2w', 't2']],
  ['FLAIR', ['flair', 't2f']],
  ['PDw', ['pdw', 'pd']],
  ['T1ce', ['t1ce', 't1c', 't1gd']],
  ['T2starw', ['t2starw', 't2star', 'swi']],
  ['dwi', ['dwi', 'adc', 'dti']],
  ['bold', ['bold', 'fmri']],
  ['angio', ['mra', 'angio']],
  ['PET', ['pet']],
];

/** Whether the last word of a name is one for segmentations and masks. */
export function isLabelName(stem: string): boolean {
  const word = /[^_\-.\s]+$/.exec(stem)?.[0].toLowerCase() ?? '';
  return labelWords.has(word);
}

/** The contrast that the last word of a name stands for, null where it is no known one. */
export function contrastOf(stem: string): string | null {
  const word = /[^_\-.\s]+$/.exec(stem)?.[0].toLowerCase() ?? '';
  return contrastWords.find(([, words]) => words.includes(word))?.[0] ?? null;
}

/** Of equally common contrasts the one further up counts. */
export function contrastRank(contrast: string): number {
  const rank = contrastWords.findIndex(([name]) => name === contrast);
  return rank === -1 ? contrastWords.length : rank;
}
