/**
 * What of a scan stays when brightness, contrast, shading and fine noise are taken away: its structure. A band-pass
 * (difference of Gaussians) divided by its own local strength (after Jarrett et al. 2009, ICCV: local contrast
 * normalisation). Two scans of one head agree in it however they were scaled; two heads do not.
 */
import { gridAffine } from '#shared/volume/affine.ts';
import { reduceVolume } from '../reduceVolume.ts';
import { smoothVolume } from '../smooth.ts';

/** A cube of `side` voxels, x fastest; about −1 to 1, 0 on average. */
export interface Contrast {
  readonly side: number;
  readonly data: Float32Array;
}

/** Of a scan: the finest that is compared, and the one that is searched. */
export interface ContrastLevels {
  readonly fine: Contrast;
  readonly coarse: Contrast;
}

/** Voxels a side that are compared at most: about 3 mm of a human brain, finer than what people differ in. */
const finestSide = 64;
const coarsestSide = 32;
/** Standard deviations of the two Gaussians in voxels. */
const band = { fine: { inner: 1, outer: 2 }, coarse: { inner: 0.7, outer: 2 } } as const;
/** Structure weaker than this share of the intensity range is not raised further. */
const least = 0.02;
const anywhere = gridAffine(1, [0, 0, 0]); // where a scan lies is not looked at

/** How many voxels a side become one, so that `most` or fewer are left: the smallest such divisor of the side. */
function factorFor(side: number, most: number): number {
  let factor = Math.max(1, Math.ceil(side / most));
  while (side % factor !== 0) factor++;
  return factor;
}

/** Sides of the levels of scans of `side` voxels a side. */
export function levelSides(side: number): { readonly fine: number; readonly coarse: number } {
  return { fine: side / factorFor(side, finestSide), coarse: side / factorFor(side, coarsestSide) };
}

function contrastOf(
  scan: Float32Array,
  side: number,
  sideOut: number,
  { inner, outer }: typeof band.fine | typeof band.coarse,
): Contrast {
  const reduced = reduceVolume({ size: [side, side, side], affine: anywhere, data: scan }, side / sideOut).data;
  const data = reduced.map((value) => (Math.min(1, Math.max(-1, value)) + 1) / 2); // background 0, as beyond the faces
  const size = [sideOut, sideOut, sideOut] as const;
  smoothVolume(data, size, [inner, inner, inner]);
  const wide = data.slice();
  smoothVolume(wide, size, [outer, outer, outer]);
  for (let index = 0; index < data.length; index++) data[index]! -= wide[index]!;
  for (let index = 0; index < data.length; index++) wide[index] = data[index]! ** 2;
  smoothVolume(wide, size, [outer, outer, outer]);
  for (let index = 0; index < data.length; index++) data[index]! /= Math.sqrt(Math.max(0, wide[index]!) + least ** 2);
  return { side: sideOut, data };
}

/** Of a scan of `side`³ voxels in [-1, 1], background −1. */
export function localContrast(scan: Float32Array, side: number): ContrastLevels {
  const { fine, coarse } = levelSides(side);
  const coarseContrast = contrastOf(scan, side, coarse, band.coarse);
  return { coarse: coarseContrast, fine: fine === coarse ? coarseContrast : contrastOf(scan, side, fine, band.fine) };
}
