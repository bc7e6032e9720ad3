/** The brain of a scan as the user asks for it: found, by thresholds, or from a mask file; then morphology. */
import type { BrainMaskRequest, MaskStep, Preprocessing } from '#contract/preprocess.ts';
import { determinant, spacingOf } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { sha256OfFile } from '../atomicWrite.ts';
import { BadScan, type ScanWarning } from '../badScan.ts';
import { maskBrain, type BrainMask } from '../brainMask.ts';
import { boxOf, cropMask, padBox, type Box } from '../crop.ts';
import { createSampler } from '../interpolate.ts';
import { readVolume } from '../readVolume.ts';
import { clearEnclosed, keepLargestRegion } from '../regions.ts';
import { forFrame } from '../frame.ts';
import { checkHead } from './head.ts';
import { close, countOnes, dilate, erode, open, type VoxelGrid } from './morphology.ts';
import { stripSkull } from './skullStrip.ts';

type MaskRecord = NonNullable<Preprocessing['brainMask']>;

export interface MaskedScan {
  readonly brain: BrainMask;
  readonly record: MaskRecord;
  readonly warnings: readonly ScanWarning[];
}

/** Before morphology, for every voxel of the scan. */
type FoundMask = Pick<MaskRecord, 'method' | 'sourceSha256'> &
  Pick<MaskedScan, 'warnings'> & { readonly mask: Uint8Array };

/** Brains of adults and children with some of their fluid; of mice and rats, but for a head scaled up. */
const likelyMl = { human: [900, 2000], rodent: [0.25, 4] } as const;
/** Rodents are often stored ten times as large. */
const enlarged = 1000;
/** Of a mask, so much has to lie in the scan. */
const leastInside = 0.5;

function applyStep(mask: Uint8Array, grid: VoxelGrid, step: MaskStep): Uint8Array {
  switch (step.do) {
    case 'open':
      return open(mask, grid, step.mm);
    case 'close':
      return close(mask, grid, step.mm);
    case 'erode':
      return erode(mask, grid, step.mm);
    case 'dilate':
      return dilate(mask, grid, step.mm);
    case 'fill':
      clearEnclosed(mask, grid.size, 0);
      return mask;
    case 'largest':
      keepLargestRegion(mask, grid.size);
      return mask;
  }
}

/** The block's mask on the whole scan. */
function onWhole({ mask, box }: BrainMask, { size }: Volume): Uint8Array {
  const [x, y, z] = box.first;
  return cropMask(mask, box.size, { first: [-x, -y, -z], size });
}

function sizeWarnings(millilitres: number, preset: keyof typeof likelyMl): ScanWarning[] {
  const [least, most] = likelyMl[preset];
  const isLikely = (ml: number): boolean => ml >= least && ml <= most;
  if (isLikely(millilitres) || (preset === 'rodent' && isLikely(millilitres / enlarged))) return [];
  const reason = `The brain found measures ${millilitres.toPrecision(3)} ml, where ${String(least)} to ${String(most)} ml are usual (${preset}): the mask may be wrong. Look at it, and give a mask of your own if it is.`;
  return [{ code: 'mask-unsure', reason }];
}

function findAutomatically(whole: Volume, background: BrainMask, preset: keyof typeof likelyMl): FoundMask {
  const head = checkHead(whole);
  if (!head.isWholeHead) {
    const reason = 'The scan shows a brain without its skull already; its own outline was kept as the mask.';
    return {
      method: 'kept',
      mask: onWhole(background, whole),
      sourceSha256: null,
      warnings: [{ code: 'mask-kept', reason }],
    };
  }
  const { mask, millilitres } = stripSkull(whole, preset, head.millilitres);
  return { method: 'automatic', mask, sourceSha256: null, warnings: sizeWarnings(millilitres, preset) };
}

/** The mask in `file`, above 0, nearest neighbour on the scan. Throws BadScan. */
async function readMask(file: string, whole: Volume): Promise<FoundMask> {
  const read = await readVolume(file);
  const { data, size, affine } = turnToRas(read.volume);
  const inMask = data.map((value) => (value > 0 ? 1 : 0));
  const { nearest } = createSampler(inMask, size);
  const mask = new Uint8Array(whole.data.length);
  forFrame(whole, affine, (index, x, y, z) => {
    mask[index] = nearest(x, y, z);
  });
  const fileMl = inMask.reduce((sum, mark) => sum + mark, 0) * Math.abs(determinant(affine));
  if (fileMl === 0) throw new BadScan('mask-elsewhere', 'Its mask file is empty: no voxel is above 0.');
  if (countOnes(mask) * Math.abs(determinant(whole.affine)) < leastInside * fileMl) {
    throw new BadScan(
      'mask-elsewhere',
      'More than half of its mask lies outside of the scan: both must share one space in mm. Make the mask on this scan, or correct the headers.',
    );
  }
  return { method: 'files', mask, sourceSha256: await sha256OfFile(file), warnings: [] };
}

async function findMask(
  whole: Volume,
  background: BrainMask,
  { from }: BrainMaskRequest,
  file: string | null,
): Promise<FoundMask> {
  switch (from.method) {
    case 'automatic':
      return findAutomatically(whole, background, from.preset);
    case 'threshold': {
      const mask = whole.data.reduce((marks, value, index) => {
        if (value >= from.low && value <= (from.high ?? Infinity)) marks[index] = 1;
        return marks;
      }, new Uint8Array(whole.data.length));
      return { method: 'threshold', mask, sourceSha256: null, warnings: [] };
    }
    case 'files':
      if (file === null) throw new BadScan('no-mask', `There is no mask for this scan in "${from.folder}".`);
      return readMask(file, whole);
  }
}

/**
 * The brain of a RAS scan of finite voxels; `file` is its mask where masks come from files. Throws BadScan, as
 * `maskBrain` and `stripSkull` do, and 'no-mask', 'mask-elsewhere'.
 */
export async function maskScan(whole: Volume, request: BrainMaskRequest, file: string | null): Promise<MaskedScan> {
  const { background, threshold, ...outline } = maskBrain(whole);
  const found = await findMask(whole, { ...outline, background, threshold }, request, file);
  const grid: VoxelGrid = { size: whole.size, spacing: spacingOf(whole.affine) };
  const mask = request.steps.reduce((before, step) => applyStep(before, grid, step), found.mask);
  const voxels = countOnes(mask);
  if (voxels === 0) {
    throw new BadScan(
      'no-brain',
      'No voxel is left in the brain mask. Choose other thresholds or gentler steps of morphology.',
    );
  }
  const box: Box = padBox(boxOf(mask, whole.size), [1, 1, 1]);
  return {
    brain: { box, mask: cropMask(mask, whole.size, box), background, threshold },
    record: {
      method: found.method,
      sourceSha256: found.sourceSha256,
      millilitres: (voxels * Math.abs(determinant(whole.affine))) / 1000,
      steps: request.steps,
    },
    warnings: found.warnings,
  };
}
