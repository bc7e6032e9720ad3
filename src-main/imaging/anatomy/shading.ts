/**
 * What is left of a scan's shading, fitted together with its tissues: a polynomial of the second degree to how far pure
 * grey and white matter are from their means, in turns with the mixture (Van Leemput et al. 1999, IEEE Trans. Med.
 * Imaging 18:885). N4 of the import (../preprocess) is for scans as they are found; on a coarse grid it bends to anatomy.
 */
import { factorise, solveFactorised } from '#shared/statistics/cholesky.ts';
import { placeOf, type BrainVoxels } from './brainVoxels.ts';
import { binOf, fitTissueMixture, histogramOf, kindTables, voxelKinds, type TissueMixture } from './tissueMixture.ts';

export interface ShadedTissues {
  readonly mixture: TissueMixture;
  /** Of the brain's voxels in their order, from 0 (background), without shading. */
  readonly intensities: Float32Array;
}

const turns = 2;
/** More voxels do not make a polynomial of nine terms any better. */
const mostSamples = 20_000;
/** Pull towards no shading, as a share of the voxels' weight: coarse grids hold little pure tissue at their rim. */
const pull = 0.02;
const strongest = 0.4;

/** Exponents of x, y and z. */
const terms = [
  [0, 0, 0],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [2, 0, 0],
  [0, 2, 0],
  [0, 0, 2],
  [1, 1, 0],
  [1, 0, 1],
  [0, 1, 1],
] as const;

/** Fills `basis` with the terms at a voxel, whose place is scaled to −1 … 1 over the grid. */
function termsAt(index: number, side: number, basis: Float64Array): void {
  const [x, y, z] = placeOf(index, side).map((place) => (2 * place + 1) / side - 1) as [number, number, number];
  terms.forEach(([i, j, k], term) => {
    basis[term] = x ** i * y ** j * z ** k;
  });
}

/** Coefficients of the shading in what the mixture says is pure grey or white matter; null where there is too little. */
function fitPolynomial(
  { side, places }: BrainVoxels,
  raw: Float32Array,
  flat: Float32Array,
  mixture: TissueMixture,
): Float64Array | null {
  const { evidence } = kindTables(mixture);
  const [, grey, white] = mixture.means;
  const count = terms.length;
  const normal = new Float64Array(count * count);
  const right = new Float64Array(count);
  const basis = new Float64Array(count);
  let weights = 0;
  const stride = Math.max(1, Math.floor(places.length / mostSamples));
  for (let at = 0; at < places.length; at += stride) {
    const from = binOf(flat[at]!) * voxelKinds;
    let sum = 0;
    for (let kind = 0; kind < voxelKinds; kind++) sum += evidence[from + kind]!;
    const greyWeight = (evidence[from + 2]! / sum) * grey * grey;
    const whiteWeight = (evidence[from + 4]! / sum) * white * white;
    const weight = greyWeight + whiteWeight;
    if (!(weight > 0)) continue;
    termsAt(places[at]!, side, basis);
    const target = (greyWeight / grey + whiteWeight / white) * raw[at]!;
    weights += weight;
    for (let i = 0; i < count; i++) {
      right[i]! += target * basis[i]!;
      for (let j = 0; j <= i; j++) normal[i * count + j]! += weight * basis[i]! * basis[j]!;
    }
  }
  for (let i = 1; i < count; i++) normal[i * count + i]! += pull * weights;
  if (!factorise(normal, count)) return null;
  solveFactorised(normal, right);
  return right;
}

/** The tissues of a brain and its intensities without shading; their mean over the brain stays about what it was. */
export function fitShadedTissues(voxels: Float32Array, brain: BrainVoxels): ShadedTissues {
  const raw = Float32Array.from(brain.places, (index) => voxels[index]! + 1);
  let intensities = raw;
  let mixture = fitTissueMixture(histogramOf(raw));
  const basis = new Float64Array(terms.length);
  for (let turn = 0; turn < turns; turn++) {
    const coefficients = fitPolynomial(brain, raw, intensities, mixture);
    if (coefficients === null) break;
    const gains = Float32Array.from(brain.places, (index) => {
      termsAt(index, brain.side, basis);
      let gain = 0;
      for (let term = 1; term < basis.length; term++) gain += coefficients[term]! * basis[term]!;
      return 1 + Math.max(-strongest, Math.min(strongest, gain / coefficients[0]!));
    });
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    intensities = raw.map((value, at) => (value * mean) / gains[at]!);
    mixture = fitTissueMixture(histogramOf(intensities), mixture);
  }
  return { mixture, intensities };
}
