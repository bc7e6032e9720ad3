/**
 * Groups DICOM images into series as they become volumes, and says of each what is amiss before anything is converted:
 * one SeriesInstanceUID may hold several orientations, echoes, image kinds and sizes, which are told apart.
 */
import type { DicomAttributes } from './attributes.ts';
import { BadScan, type BadScanCode, type ScanWarning } from '../badScan.ts';
import { readDescription, type DescriptionWords } from './descriptionWords.ts';
import type { DicomFile } from './dicomFile.ts';
import { examineStack, type SliceStack } from './sliceStack.ts';

/** Why a series is not imported unless asked for. */
export interface Aside {
  /** `asking`: naming the series imports it; `incomplete`: accepting incomplete series does; `never`: nothing does. */
  readonly until: 'asking' | 'incomplete' | 'never';
  readonly code: BadScanCode;
  readonly reason: string;
  /** What to do about it, in a sentence. */
  readonly remedy: string;
}

export interface Series {
  /** In the order of the slices, copies left out. */
  readonly files: readonly DicomFile[];
  /** This and the following: of the first file. */
  readonly number: number | null;
  readonly words: DescriptionWords;
  readonly attributes: DicomAttributes;
  /** Null for images whose header does not place every frame, such as mosaics. */
  readonly stack: SliceStack | null;
  readonly aside: Aside | null;
  readonly warnings: readonly ScanWarning[];
}

/** Fewer cannot show a brain (`scanHeader.ts`). */
const fewestSlices = 8;
/** Images of other words of ImageType are something computed from a scan, not a scan. */
const computed = /^(MPR|MIP|MINIP|PROJECTION IMAGE|REFORMATTED|ADC|TRACEW|FA|TENSOR|CBF|CBV|MTT|TTP|SUBTRACTION|T1 MAP|T2 MAP|R2|PERFUSION|SCREEN SAVE|CSA REPORT|POSDISP)$/; // prettier-ignore
const imageKinds = ['P', 'PHASE', 'R', 'REAL', 'I', 'IMAGINARY'];
const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7';

const kindOf = ({ imageType }: DicomFile): string => imageType.find((word) => imageKinds.includes(word)) ?? 'M';

/** Directions to about a degree: noise of a header does not part slices. */
function orientationKey({ slices }: DicomFile): string {
  const [first] = slices;
  if (first === undefined) return '';
  return [...first.row, ...first.column].map((cosine) => String(Math.round(cosine * 50) + 0)).join(' ');
}

function withoutCopies(files: readonly DicomFile[]): { kept: DicomFile[]; copies: number } {
  const seen = new Set<string>();
  const kept = files.filter(({ instance, path }) => {
    const name = instance === '' ? path : instance;
    return !seen.has(name) && seen.add(name).has(name);
  });
  return { kept, copies: files.length - kept.length };
}

const list = (numbers: readonly number[]): string =>
  numbers.length <= 6
    ? numbers.join(', ')
    : `${numbers.slice(0, 5).join(', ')} and ${String(numbers.length - 5)} others`;

/** What stands against a stack as a scan. */
function stackAside(stack: SliceStack): Aside | null {
  const { missing, count, isUneven, frames, repeated, places, distanceMm } = stack;
  if (frames === 0) {
    return {
      until: 'incomplete',
      code: 'incomplete',
      reason: `${String(repeated)} of its ${String(count)} slices are there more often than the others: slices of a repetition are missing, or were copied.`,
      remedy:
        'Export the series again, or accept it as it is (--accept-incomplete): of each slice the first image is taken.',
    };
  }
  if (isUneven) {
    const farthest = Math.max(...places.slice(1).map((place, index) => place - (places[index] ?? 0)));
    return {
      until: 'incomplete',
      code: 'incomplete',
      reason: `Its slices do not lie at equal distances (usually ${distanceMm.toFixed(2)} mm, but up to ${(farthest * distanceMm).toFixed(2)} mm).`,
      remedy: 'Export the series again, or accept it as it is (--accept-incomplete): it is interpolated to equal ones.',
    };
  }
  if (missing.length === 0) return null;
  const total = count + missing.length;
  const which = missing.length === 1 ? `Slice ${list(missing)} is` : `Slices ${list(missing)} are`;
  return {
    until: 'incomplete',
    code: 'incomplete',
    reason: `${which} missing of ${String(total)}, counted along the slices (${distanceMm.toFixed(2)} mm apart).`,
    remedy: 'Export the series again, or accept it as it is (--accept-incomplete): what is missing is interpolated.',
  };
}

function asideOf(files: readonly DicomFile[], stack: SliceStack | null): Aside | null {
  const [first] = files;
  if (first === undefined) return null;
  const { imageType, words, isColour, sopClass } = first;
  if (isColour) {
    const reason = 'Its images are in colour, not intensities: a screenshot or a map.';
    return { until: 'never', code: 'colour', reason, remedy: 'Import the scan itself.' };
  }
  if (imageType.includes('LOCALIZER') || words.namesLocalizer) {
    const reason = `A localizer (by its ${imageType.includes('LOCALIZER') ? 'image type' : 'description'}): a few slices to plan the scans by, no scan of the brain.`;
    return { until: 'asking', code: 'localizer', reason, remedy: 'Choose it (--scan) to import it all the same.' };
  }
  const made = imageType.find((word) => computed.test(word));
  if (made !== undefined || imageType[1] === 'SECONDARY' || sopClass.startsWith(secondaryCapture)) {
    const reason = `Derived images${made === undefined ? '' : ` (${made})`}: computed from a scan.`;
    return {
      until: 'asking',
      code: 'derived',
      reason,
      remedy: 'Import the original series; if there is none, choose this one (--scan).',
    };
  }
  if (kindOf(first) !== 'M') {
    const reason = 'Phase, real or imaginary images.';
    return { until: 'asking', code: 'derived', reason, remedy: 'Import the magnitude images of the same series.' };
  }
  if (stack !== null && stack.count < fewestSlices) {
    const reason = `It has ${String(stack.count)} ${stack.count === 1 ? 'slice' : 'slices'} only, too few to show a brain: at least ${String(fewestSlices)} are needed.`;
    return { until: 'never', code: 'too-small', reason, remedy: 'Import the whole series.' };
  }
  return stack === null ? null : stackAside(stack);
}

function warningsOf(
  files: readonly DicomFile[],
  stack: SliceStack | null,
  { copies, parts }: { copies: number; parts: number },
): ScanWarning[] {
  const warnings: ScanWarning[] = [];
  const warn = (code: ScanWarning['code'], reason: string): void => void warnings.push({ code, reason });
  if (copies > 0) warn('duplicate-slices', `${String(copies)} copies of its slices were left out.`);
  if (parts > 1)
    warn('series-split', `The series mixes ${String(parts)} orientations, echoes, kinds or sizes of images; this is one of them.`); // prettier-ignore
  if (files[0]?.imageType[0] === 'DERIVED')
    warn('derived', 'The scanner says that the images are derived: filtered or computed. Look at them.');
  if (stack?.isTilted === true)
    warn('tilted', 'The slices are sheared (the gantry was tilted); this is corrected.');
  if (stack === null) warn('slices-unknown', 'The header does not place every slice, so that a missing one would not be noticed.');
  const expected = files[0]?.expectedImages ?? 0;
  if (parts === 1 && stack !== null && stack.missing.length === 0 && expected > files.length && files[0]?.frames === 1)
    warn('slices-at-end', `The scanner says that the acquisition has ${String(expected)} images, and ${String(files.length)} are there: slices at an end may be missing.`);
  return warnings;
} // prettier-ignore

function seriesOf(all: readonly DicomFile[], parts: number): Series {
  const { kept, copies } = withoutCopies(all);
  const [first] = kept;
  const stack = kept.every(({ slices, frames }) => slices.length === frames)
    ? examineStack(kept.flatMap(({ slices }) => slices))
    : null;
  return {
    files: kept,
    number: first?.seriesNumber ?? null,
    words: first?.words ?? readDescription(''),
    attributes: first?.attributes ?? {},
    stack,
    aside: asideOf(kept, stack),
    warnings: warningsOf(kept, stack, { copies, parts }),
  };
}

/** Images of one patient and study by what becomes one volume, in the order of their numbers. */
export function groupSeries(files: readonly DicomFile[]): Series[] {
  const bySeries = Map.groupBy(files, ({ series }) => series);
  return [...bySeries.values()]
    .flatMap((ofOne) => {
      const key = (file: DicomFile): string =>
        [orientationKey(file), file.echo, kindOf(file), file.columns, file.rows, file.isColour].join('|');
      const groups = [...Map.groupBy(ofOne, key).values()];
      return groups.map((group) => seriesOf(group.toSorted(byInstance), groups.length));
    })
    .toSorted((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity));
}

const byInstance = (a: DicomFile, b: DicomFile): number =>
  (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0) || (a.path < b.path ? -1 : 1);

/** Throws BadScan where a series stays aside under these wishes. */
export function requireUsable(
  { aside }: Series,
  { isNamed, acceptIncomplete }: { isNamed: boolean; acceptIncomplete: boolean },
): void {
  if (aside === null) return;
  if (aside.until === 'asking' && isNamed) return;
  if (aside.until === 'incomplete' && acceptIncomplete) return;
  throw new BadScan(aside.code, `${aside.reason} ${aside.remedy}`);
}
