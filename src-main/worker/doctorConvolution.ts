/**
 * A 3³ convolution of 32 to 32 channels over two 32³ volumes, of the kind training spends its time on, with its value and
 * gradients known from another program (test/fixtures/worker/make_doctor_convolution.py: PyTorch, double precision).
 */
import * as tf from '@tensorflow/tfjs';

const inputShape: [number, number, number, number, number] = [2, 32, 32, 32, 32]; // [b, d, h, w, c]
const filterShape: [number, number, number, number, number] = [3, 3, 3, 32, 32]; // [d, h, w, c in, c out]
const inputFactor = 7919;
const filterFactor = 6101;

/** Multiplications and additions of the value and of both gradients, each as many as the other. */
export const convolutionFlops = 3 * 2 * 2 * 32 ** 3 * 27 * 32 * 32;

export interface ConvolutionResult {
  readonly output: Float32Array;
  readonly inputGradient: Float32Array;
  readonly filterGradient: Float32Array;
}

/** Root of the mean square, and values at four places, of each. */
const known: Readonly<
  Record<keyof ConvolutionResult, { rms: number; at: readonly (readonly [index: number, value: number])[] }>
> = {
  output: {
    rms: 9.967895468e-1,
    at: [
      [0, -0.7649135574],
      [699050, 0.3231564117],
      [1048581, -0.4484864305],
      [2097151, -0.4389714465],
    ],
  },
  inputGradient: {
    rms: 2.654387503e-5,
    at: [
      [0, 5.48139413e-6],
      [699050, -8.372279858e-7],
      [1048581, 2.83184429e-6],
      [2097151, -9.288760681e-6],
    ],
  },
  filterGradient: {
    rms: 4.65203484e-3,
    at: [
      [0, -0.002903431847],
      [9216, 0.00097098817],
      [13829, -0.00513720975],
      [27647, -0.006275192053],
    ],
  },
};

/** Of the root mean square: GPUs round the factors of a convolution to ten bits (TF32), the CPU errs a thousandth of this. */
const tolerance = 5e-3;

export interface Convolution {
  /** The output and the gradients of its mean square, read back from the device. */
  compute(): ConvolutionResult;
  /** The same work without the output's second run, waited for, but not read back: what a training step does. */
  exercise(): void;
  dispose(): void;
}

/** Holds the input and the filter until it is disposed. */
export function prepareConvolution(): Convolution {
  const input = tf.tensor5d(pattern(inputShape, inputFactor), inputShape);
  const filter = tf.tensor5d(pattern(filterShape, filterFactor), filterShape);
  const gradients = tf.valueAndGrads((x, w) =>
    tf
      .conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, 'same')
      .square()
      .mean(),
  );
  return {
    compute: () =>
      tf.tidy(() => {
        const { grads } = gradients([input, filter]);
        const [inputGradient, filterGradient] = grads as [tf.Tensor, tf.Tensor];
        return {
          output: tf.conv3d(input, filter, 1, 'same').dataSync<'float32'>(), // [2, 32, 32, 32, 32]
          inputGradient: inputGradient.dataSync<'float32'>(),
          filterGradient: filterGradient.dataSync<'float32'>(),
        };
      }),
    exercise: () =>
      tf.tidy(() => {
        for (const gradient of gradients([input, filter]).grads) gradient.max().dataSync();
      }),
    dispose: () => tf.dispose([input, filter]),
  };
}

/** What differs from the known values, in words; null when nothing does. */
export function findConvolutionFault(result: ConvolutionResult): string | null {
  for (const [name, { rms, at }] of Object.entries(known)) {
    const values = result[name as keyof ConvolutionResult];
    const seen = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    if (!(Math.abs(seen - rms) <= tolerance * rms))
      return `${words(name)} has a root mean square of ${seen}, not ${rms}`;
    for (const [index, value] of at) {
      const found = values[index] ?? Number.NaN;
      if (!(Math.abs(found - value) <= tolerance * rms)) return `${words(name)} is ${found} at ${index}, not ${value}`;
    }
  }
  return null;
}

function words(name: string): string {
  return `A convolution's ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}

/** The numbers (i · factor mod 1009) / 1009 − ½: of both signs, without order, and the same in every language. */
function pattern(shape: readonly number[], factor: number): Float32Array {
  const count = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length: count }, (_, index) => ((index * factor) % 1009) / 1009 - 0.5);
}
