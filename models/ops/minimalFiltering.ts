/**
 * Convolutions with fewer multiplications. Along the depth, four slices of the result are interpolated from six products
 * in place of twelve (a 3³ filter), or from five in place of eight (4³ and stride 2: the odd slices and the even ones
 * meet two taps each). Exact but for rounding; height and width are left to the engine.
 *
 * Winograd 1980, Arithmetic Complexity of Computations; Lavin & Gray 2016 (arXiv 1509.09308): F(4, 3) and F(4, 2).
 */
import * as tf from '@tensorflow/tfjs';
import { convolutionFilterGradient, optionalKernels, runKernel, type Shape5 } from './kernels.ts';

type Rows = readonly (readonly number[])[];

interface Scheme {
  /** Of the convolution; also the slices that a product takes together, which it does not mix. */
  readonly stride: 1 | 2;
  /** What a product takes of the slices that a tile sees: [products][4 + taps − 1]. */
  readonly input: Rows;
  /** What it takes of the taps: [products][taps]. */
  readonly filter: Rows;
  /** What the slices of a tile take of the products: [4][products]. */
  readonly output: Rows;
}

/** Slices of the result that are made together. */
const tile = 4;
/** Slices of the result a pass: what is in memory beside input and result does not grow with the depth. */
const slicesOfPass = 16;
/** The product at 1, of which every slice takes all: a bias is added there. */
const unitProduct = 1;

/** At 0, 1, −1, ½, −2 and ∞, which round less than the usual 0, ±1, ±2 and ∞. */
const threeTaps: Scheme = {
  stride: 1,
  input: [
    [1, -1.5, -2, 1.5, 1, 0],
    [0, -1, 0.5, 2.5, 1, 0],
    [0, 1, -2.5, 0.5, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 0.5, -1, -0.5, 1, 0],
    [0, 1, -1.5, -2, 1.5, 1],
  ],
  filter: [
    [1, 0, 0],
    [1 / 3, 1 / 3, 1 / 3],
    [-1 / 3, 1 / 3, -1 / 3],
    [-16 / 15, -8 / 15, -4 / 15],
    [1 / 15, -2 / 15, 4 / 15],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 0.5, -2, 0],
    [0, 1, 1, 0.25, 4, 0],
    [0, 1, -1, 0.125, -8, 1],
  ],
};

/** At 0, 1, −1, 2 and ∞. */
const twoTaps: Scheme = {
  stride: 2,
  input: [
    [2, -1, -2, 1, 0],
    [0, -2, -1, 1, 0],
    [0, 2, -3, 1, 0],
    [0, -1, 0, 1, 0],
    [0, 2, -1, -2, 1],
  ],
  filter: [
    [1 / 2, 0],
    [-1 / 2, -1 / 2],
    [-1 / 6, 1 / 6],
    [1 / 6, 1 / 3],
    [0, 1],
  ],
  output: [
    [1, 1, 1, 1, 0],
    [0, 1, -1, 2, 0],
    [0, 1, 1, 4, 0],
    [0, 1, -1, 8, 1],
  ],
};

function schemeOf([depth, height, width]: readonly number[], stride: number): Scheme | undefined {
  return [threeTaps, twoTaps].find((scheme) => {
    const side = (scheme.filter[0]?.length ?? 0) * scheme.stride;
    return stride === scheme.stride && depth === side && height === side && width === side;
  });
}

/** Below these, measured, the passes over maps and filter cost what the products save. */
const fewestMaps = 64;
const fewestVoxels = 1024;

/**
 * Whether a 'same' convolution of x [b, d, h, w, in] with filter [k, k, k, in, out] has the form, and is faster in it. It
 * is not where its result is small beside the filter, which is transformed too.
 */
export function isWorthMinimalFiltering(x: readonly number[], filter: readonly number[], stride: number): boolean {
  const [batch = 0, depth = 0, height = 0, width = 0, into = 0] = x;
  const voxels = (batch * depth * height * width) / stride ** 3;
  return (
    schemeOf(filter, stride) !== undefined &&
    depth % (tile * stride) === 0 &&
    voxels >= fewestVoxels &&
    Math.min(into, filter[4] ?? 0) >= fewestMaps
  );
}

export interface MinimalConvolution {
  /** [b, d, h, w, in]. */
  readonly x: tf.Tensor5D;
  /** [k, k, k, in, out]: 3³ with stride 1, 4³ with stride 2. */
  readonly filter: tf.Tensor5D;
  readonly stride: number;
  /** [out], added, and the slope of a leaky ReLU that follows (1: none); the engine needs its fused convolution for a bias. */
  readonly after?: { readonly bias: tf.Tensor; readonly slope: number };
}

/** 'same' convolution: → [b, d/s, h/s, w/s, out]. The caller disposes. */
export function minimalConvolution({ x, filter, stride, after }: MinimalConvolution): tf.Tensor5D {
  return tf.tidy(() => {
    const scheme = requireScheme(filter.shape, stride);
    const filters = productFilters(filter, scheme);
    const passes = passesOf(x.shape[1], scheme).map((pass) =>
      tf.tidy(() => {
        const products = spread(x, pass, scheme).map((slices, index) => {
          const own = filters[index] as tf.Tensor5D;
          if (after === undefined || index !== unitProduct) return tf.conv3d(slices, own, stride, 'same');
          const inputs = { x: slices, filter: own, bias: after.bias };
          return runKernel(optionalKernels.biasedConvolution, inputs, { stride, slope: 1 }) as tf.Tensor5D;
        });
        const joined = tf.concat(products, 1); // [b, products · tiles, h/s, w/s, out]
        tf.dispose(products);
        const result = alongDepth(gatherMatrix(pass, scheme), joined);
        return after === undefined || after.slope === 1 ? result : tf.leakyRelu(result, after.slope);
      }),
    );
    return tf.concat(passes, 1);
  });
}

/** Its gradient with respect to the filter: x and dy [b, d/s, h/s, w/s, out] → [k, k, k, in, out]. The caller disposes. */
export function minimalFilterGradient(x: tf.Tensor5D, dy: tf.Tensor5D, shape: Shape5, stride: number): tf.Tensor5D {
  return tf.tidy(() => {
    const scheme = requireScheme(shape, stride);
    const [, height, width, into, out] = shape;
    const own: Shape5 = [scheme.stride, height, width, into, out];
    const passes = passesOf(x.shape[1], scheme).map((pass) =>
      tf.tidy(() => {
        const upstream = slicesOf(dy, pass.first, pass.length);
        const shares = productsOf(alongDepth(tf.transpose(gatherMatrix(pass, scheme)), upstream), scheme);
        const gradients = spread(x, pass, scheme).map((slices, index) =>
          convolutionFilterGradient(slices, shares[index] as tf.Tensor5D, own, [stride, stride, stride]),
        );
        return tf.concat(gradients, 0); // [products · s, k, k, in, out]
      }),
    );
    const sum = tf.addN(passes);
    return tf.reshape(tf.matMul(filterMatrix(scheme), tf.reshape(sum, [sum.shape[0], -1]), true), shape);
  });
}

/** Slices of the result that are made in one pass. */
interface Pass {
  readonly first: number;
  readonly length: number;
  /** Slices of x. */
  readonly depth: number;
}

function passesOf(depth: number, { stride }: Scheme): readonly Pass[] {
  const all = depth / stride;
  const count = Math.ceil(all / slicesOfPass);
  return Array.from({ length: count }, (_, index) => {
    const first = index * slicesOfPass;
    return { first, length: Math.min(slicesOfPass, all - first), depth };
  });
}

/** What each product takes of x: [b, tiles · s, h, w, in] each. */
function spread(x: tf.Tensor5D, { first, length, depth }: Pass, scheme: Scheme): tf.Tensor5D[] {
  const { stride, input } = scheme;
  const begin = Math.max(0, stride * first - 1);
  const seen = Math.min(depth, stride * (first + length) + 1) - begin;
  const tiles = length / tile;
  const values = new Float32Array(input.length * tiles * stride * seen);
  input.forEach((weights, product) => {
    for (let row = 0; row < tiles * stride; row++) {
      const start = stride * (first + tile * Math.floor(row / stride)) - 1 + (row % stride); // of the odd slices, of the even
      weights.forEach((weight, index) => {
        const slice = start + stride * index - begin;
        if (slice >= 0 && slice < seen) values[(product * tiles * stride + row) * seen + slice] = weight;
      });
    }
  });
  const matrix = tf.tensor2d(values, [input.length * tiles * stride, seen]);
  return productsOf(alongDepth(matrix, slicesOf(x, begin, seen)), scheme);
}

/** Products of the tiles → slices of the result: [length, products · tiles]. */
function gatherMatrix({ length }: Pass, { output, input }: Scheme): tf.Tensor2D {
  const tiles = length / tile;
  const columns = input.length * tiles;
  const values = new Float32Array(length * columns);
  for (let slice = 0; slice < length; slice++) {
    const at = Math.floor(slice / tile);
    output[slice % tile]?.forEach((weight, product) => (values[slice * columns + product * tiles + at] = weight));
  }
  return tf.tensor2d(values, [length, columns]);
}

/** Taps → those of the products: [products · s, k]. */
function filterMatrix({ filter, stride }: Scheme): tf.Tensor2D {
  const rows = filter.flatMap((weights) =>
    Array.from({ length: stride }, (_, phase) =>
      weights.flatMap((weight) => Array.from({ length: stride }, (__, tap) => (tap === phase ? weight : 0))),
    ),
  );
  return tf.tensor2d(rows);
}

/** [s, k, k, in, out] each. */
function productFilters(filter: tf.Tensor5D, scheme: Scheme): tf.Tensor5D[] {
  const [depth, ...rest] = filter.shape;
  const taps = tf.matMul(filterMatrix(scheme), tf.reshape(filter, [depth, -1]));
  return tf.split(tf.reshape(taps, [-1, ...rest]), scheme.input.length, 0);
}

/** Matrix [n, d] times the slices of x: [b, d, h, w, c] → [b, n, h, w, c]. */
function alongDepth(matrix: tf.Tensor2D, x: tf.Tensor5D): tf.Tensor5D {
  const [batch, depth, height, width, maps] = x.shape;
  const rows = tf.matMul(tf.expandDims(matrix, 0), tf.reshape(x, [batch, depth, height * width * maps]));
  return tf.reshape(rows, [batch, -1, height, width, maps]);
}

/** [b, products · n, h, w, c] → [b, n, h, w, c] each; of one scan the engine shares the memory if the first axis is cut. */
function productsOf(x: tf.Tensor5D, { input }: Scheme): tf.Tensor5D[] {
  if (x.shape[0] > 1) return tf.split(x, input.length, 1);
  return tf.split(tf.squeeze<tf.Tensor4D>(x, [0]), input.length, 0).map((part) => tf.expandDims<tf.Tensor5D>(part, 0));
}

function slicesOf(x: tf.Tensor5D, first: number, count: number): tf.Tensor5D {
  if (x.shape[0] > 1) return tf.slice(x, [0, first, 0, 0, 0], [-1, count, -1, -1, -1]);
  return tf.expandDims(tf.slice(tf.squeeze<tf.Tensor4D>(x, [0]), [first, 0, 0, 0], [count, -1, -1, -1]), 0);
}

function requireScheme(filter: readonly number[], stride: number): Scheme {
  const scheme = schemeOf(filter, stride);
  if (scheme === undefined)
    throw new Error(`No minimal filtering for a filter [${filter.join(', ')}] of stride ${String(stride)}.`);
  return scheme;
}
