/**
 * How many different cases a sample holds in effect (Friedman & Dieng 2023, TMLR, arXiv 2210.02410): the exponential of the
 * entropy of the eigenvalues of its kernel matrix over n. 1 for equal rows, n for rows that share nothing.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { gramWithin, type Gram, type Kernel, type Sample } from './kernelDiscrepancy.ts';

/** Of rows of a Gram matrix by their places in it, for a kernel with k(x, x) = 1. Throws RangeError for no rows. */
export function vendiOfRows({ first, second, values }: Gram, rows: readonly number[]): number {
  const n = rows.length;
  if (n === 0) throw new RangeError('A Vendi score needs one row or more.');
  const matrix = new Matrix(rows.map((a) => rows.map((b) => values[a * (first + second) + b]! / n)));
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const entropy = realEigenvalues.reduce((sum, value) => (value > 0 ? sum - value * Math.log(value) : sum), 0);
  return Math.exp(entropy);
}

/** Of a whole sample, for a kernel with k(x, x) = 1. Throws RangeError for no rows. */
export function vendiScore(sample: Sample, kernel: Kernel): number {
  return vendiOfRows(gramWithin(sample, kernel), [...sample.keys()]);
}

/** The cosine of the angle between two rows. */
export function cosineKernel(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    ab += a[index]! * b[index]!;
    aa += a[index]! ** 2;
    bb += b[index]! ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
