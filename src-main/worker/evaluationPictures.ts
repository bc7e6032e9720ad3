/** What a report shows of a scan: input, truth, interpolation, network and their errors, as a whole and close up. */
import type { UpscalingMethod } from '#contract/evaluation.ts';
import { drawContactSheet, type SheetScan } from '#imaging/contactSheet.ts';
import { boxOf, cropVolume, type Box } from '#imaging/crop.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { ScanPictures } from './evaluationReport.ts';
import type { Truth } from './evaluationTruth.ts';

/** Errors are white at this share of L. */
const errorShare = 0.1;
/** Voxels a side of the detail, and pixels a voxel of it. */
const detailSide = 56;
const detailScale = 4;
const wholeScale = 2;

interface Drawn {
  readonly source: string;
  readonly truth: Truth;
  readonly enlarged: ReadonlyMap<UpscalingMethod, Volume>;
  readonly dataRange: number;
}

/** The middle of the brain, in a box of `side` voxels. */
function detailBox({ volume, mask }: Truth): Box {
  const { first, size } = boxOf(mask, volume.size);
  const side = (axis: 0 | 1 | 2): number => Math.min(detailSide, size[axis]);
  const begin = (axis: 0 | 1 | 2): number => Math.round(first[axis] + (size[axis] - side(axis)) / 2);
  return { first: [begin(0), begin(1), begin(2)], size: [side(0), side(1), side(2)] };
}

/** Rows of two: input and truth; cubic B-spline and network; their errors in the brain. */
export function drawEvaluation({ source, truth, enlarged, dataRange }: Drawn): ScanPictures {
  const { volume, mask, background } = truth;
  const brightestError = errorShare * dataRange;
  const grey = { low: background, high: background + dataRange };
  const errorOf = (result: Volume): Volume => ({
    ...result,
    data: result.data.map((value, index) => (mask[index] === 1 ? Math.abs(value - (volume.data[index] ?? value)) : 0)),
  });
  const named = (method: UpscalingMethod, caption: string): SheetScan[] => {
    const found = enlarged.get(method);
    return found === undefined ? [] : [{ volume: found, ...grey, caption }];
  };
  const error = (method: UpscalingMethod, caption: string): SheetScan[] => {
    const found = enlarged.get(method);
    return found === undefined ? [] : [{ volume: errorOf(found), low: 0, high: brightestError, caption }];
  };
  const cells: readonly SheetScan[] = [
    ...named('nearest', 'input'),
    { volume, ...grey, caption: 'truth' },
    ...named('cubic', 'cubic b-spline'),
    ...named('network', 'network'),
    ...error('cubic', 'error: cubic'),
    ...error('network', 'error: network'),
  ];
  const box = detailBox(truth);
  const close = cells.map((cell) => ({ ...cell, volume: cropVolume(cell.volume, box, 0) }));
  return {
    source,
    whole: drawContactSheet(cells, { columns: 2, scale: wholeScale }),
    detail: drawContactSheet(close, { columns: 2, scale: detailScale }),
    brightestError,
  };
}
