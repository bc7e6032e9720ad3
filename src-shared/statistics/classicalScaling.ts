/**
 * Classical multidimensional scaling (Torgerson 1952, Psychometrika 17:401): places in a plane whose distances are those of
 * the rows as nearly as two axes can show them.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { gramWithin, innerProduct, type Sample } from './kernelDiscrepancy.ts';

export interface Scaling {
  /** In the order of the rows. */
  readonly points: readonly (readonly [number, number])[];
  /** Share of the variance that the two axes show, 0 to 1. */
  readonly explained: number;
}

/** By the Euclidean distances of the rows. An axis points to where its largest entry is positive. Throws RangeError for fewer than three rows. */
export function classicalScaling(sample: Sample): Scaling {
  const n = sample.length;
  if (n < 3) throw new RangeError('A plane needs three rows or more.');
  const { values } = gramWithin(sample, innerProduct);
  const means = Array.from({ length: n }, (_, row) => values.subarray(row * n, (row + 1) * n).reduce((sum, value) => sum + value / n, 0)); // prettier-ignore
  const mean = means.reduce((sum, value) => sum + value / n, 0);
  const centred = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) centred.set(i, j, values[i * n + j]! - means[i]! - means[j]! + mean);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(centred, { assumeSymmetric: true });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  const axes = order.slice(0, 2).map((at) => {
    const length = Math.sqrt(Math.max(0, realEigenvalues[at]!));
    const axis = eigenvectorMatrix.getColumn(at).map((value) => value * length);
    const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    return largest < 0 ? axis.map((value) => -value) : axis;
  });
  const [x, y] = axes as [number[], number[]];
  const shown = order.slice(0, 2).reduce((sum, at) => sum + Math.max(0, realEigenvalues[at]!), 0);
  return { points: x.map((value, at) => [value, y[at]!] as const), explained: total === 0 ? 1 : shown / total };
}
