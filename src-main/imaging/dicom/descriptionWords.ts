/** What the description of a series says, in words that are known to be harmless; the description itself stays unsaid. */

/** Words that describe how a scan was taken. Whatever else an operator typed is left out. */
const harmless = new Set(
  `t1 t1w t1n t1c t1ce t1gd t2 t2w t2f pd pdw flair swi swan dwi adc dti fa bold fmri rest asl pcasl mra tof angio
  mprage mpr mp2rage me memprage spgr fspgr bravo ir irfspgr tfl tse fse spc space cube vista vibe flash ffe tfe gre ge se epi
  trufi ciss fiesta haste stir dark fluid uni den inv inv1 inv2 mag pha phase fieldmap b0 b1 b1000
  ax axial tra trans transversal sag sagittal cor coronal obl oblique 2d 3d iso isotropic hr highres lowres
  pre post gd contrast nativ native head brain whole wb localizer localiser loc scout survey aahead plan
  norm nd dis2d dis3d filt p2 p3 p4 acc cs sense grappa caipi sms mb wip fs fatsat incomplete repeat rpt run mm te tr
  reformat mip minip pjn derived`.split(/\s+/),
);
const tokensOf = (description: string): string[] =>
  description.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== ''); // prettier-ignore

/** BIDS suffixes by the words of a description, the more telling ones first. */
const contrasts: readonly (readonly [string, readonly string[]])[] = [
  ['FLAIR', ['flair', 't2f', 'dark']],
  ['T1ce', ['t1ce', 't1c', 't1gd']],
  ['T2starw', ['swi', 'swan']],
  ['dwi', ['dwi', 'adc', 'dti']],
  ['bold', ['bold', 'fmri', 'rest']],
  ['angio', ['mra', 'tof', 'angio']],
  ['T1w', ['t1', 't1w', 't1n', 'mprage', 'mp2rage', 'memprage', 'mpr', 'spgr', 'fspgr', 'irfspgr', 'bravo', 'tfl']],
  ['T2w', ['t2', 't2w']],
  ['PDw', ['pd', 'pdw']],
];

export interface DescriptionWords {
  /** Those that may be told, joined by `_`; '' where there are none. */
  readonly harmless: string;
  /** The contrast that is named, as a BIDS suffix; null where none is. */
  readonly contrast: string | null;
  readonly namesLocalizer: boolean;
}

export function readDescription(description: string): DescriptionWords {
  const words = tokensOf(description);
  const named = contrasts.find(([, names]) => names.some((name) => words.includes(name)))?.[0] ?? null;
  const isEnhanced = named === 'T1w' && words.some((word) => word === 'gd' || word === 'post');
  const kept = words.filter((word, index) => harmless.has(word) && words.indexOf(word) === index);
  return {
    harmless: kept.join('_'),
    contrast: isEnhanced ? 'T1ce' : named,
    namesLocalizer: words.some((word) => /^(localizer|localiser|loc|scout|survey|aahead|plan)/.test(word)),
  };
}
