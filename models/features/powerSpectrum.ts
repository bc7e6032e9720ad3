/**
 * Radial power spectrum of scans: how much of a scan is coarse and how much fine. Blurred generators lack the fine end,
 * those with checkerboards have too much of it.
 */
import * as tf from '@tensorflow/tfjs';

/**
 * Cubes [n, s, s, s, 1] → mean power |F|²/s³ of the discrete Fourier transform over shells of whole wavenumbers
 * 1 … ⌊s/2⌋ (a wavenumber counts to the nearest shell) [n, ⌊s/2⌋], the caller's.
 */
export function radialPower(scans: tf.Tensor5D): tf.Tensor2D {
  const [count, side] = scans.shape;
  const shells = Math.floor(side / 2);
  return tf.tidy(() => {
    const { cosine, sine } = fourierMatrices(side);
    let real = tf.reshape<tf.Rank.R4>(scans, [count, side, side, side]);
    let imaginary: tf.Tensor4D = tf.zerosLike(real);
    for (let axis = 0; axis < 3; axis++) {
      const [c, s] = [real, imaginary].map((part) => times(part, cosine)) as [tf.Tensor4D, tf.Tensor4D];
      const [realSine, imaginarySine] = [real, imaginary].map((part) => times(part, sine)) as [
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      // (a + ib)(cos − i sin), the next axis moved to the end
      real = tf.transpose(tf.add(c, imaginarySine), [0, 3, 1, 2]);
      imaginary = tf.transpose(tf.sub(s, realSine), [0, 3, 1, 2]);
    }
    const power = tf.div(tf.add(tf.square(real), tf.square(imaginary)), side ** 3);
    return tf.matMul(tf.reshape(power, [count, -1]), shellMeans(side, shells)); // [n, shells]
  });
}

/** [n, s, s, s] times [s, s] along the last axis. */
function times(part: tf.Tensor4D, matrix: tf.Tensor2D): tf.Tensor4D {
  const side = part.shape[3];
  return tf.reshape(tf.matMul(tf.reshape(part, [-1, side]), matrix), part.shape);
}

function fourierMatrices(side: number): { readonly cosine: tf.Tensor2D; readonly sine: tf.Tensor2D } {
  const angles = Array.from({ length: side * side }, (_, at) => {
    const turns = (Math.floor(at / side) * (at % side)) % side; // whole turns left out keep the angle exact
    return (2 * Math.PI * turns) / side;
  });
  return {
    cosine: tf.tensor2d(angles.map(Math.cos), [side, side]),
    sine: tf.tensor2d(angles.map(Math.sin), [side, side]),
  };
}

/** [s³, shells]: what makes means over the shells of powers. */
function shellMeans(side: number, shells: number): tf.Tensor2D {
  const wavenumber = (at: number): number => (at > side / 2 ? at - side : at);
  const shellOf = Array.from({ length: side ** 3 }, (_, voxel) => {
    const [z, y, x] = [Math.floor(voxel / side ** 2), Math.floor(voxel / side) % side, voxel % side].map(wavenumber);
    return Math.round(Math.hypot(z ?? 0, y ?? 0, x ?? 0));
  });
  const sizes = new Float64Array(shells + 1);
  for (const shell of shellOf) if (shell <= shells) sizes[shell] = (sizes[shell] ?? 0) + 1;
  const values = new Float32Array(side ** 3 * shells);
  shellOf.forEach((shell, voxel) => {
    if (shell >= 1 && shell <= shells) values[voxel * shells + shell - 1] = 1 / (sizes[shell] ?? 1);
  });
  return tf.tensor2d(values, [side ** 3, shells]);
}

/** Root mean square over the shells of the difference in dB of two spectra (power a shell): 0 for equal ones. */
export function spectrumDistance(first: Float32Array, second: Float32Array): number {
  const squares = Array.from(first, (power, shell) => (10 * Math.log10(power / (second[shell] ?? Number.NaN))) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}
