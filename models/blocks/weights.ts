/**
 * A network's weights as stored and as used. What is used may be derived: divided by its spectral norm (Miyato et al.
 * 2018, arXiv 1802.05957), scaled for an equalised learning rate (Karras et al. 2018, arXiv 1710.10196), folded for a
 * fused resampling convolution. Deriving once a step and treating the result as
 * the leaf of differentiation keeps the derivation off the tape; `pullBack` carries the gradients to the stored weights.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import type { NamedTensors, Network } from '../model.ts';
import type { Strides } from '../ops/kernels.ts';
import { addBias } from '../ops/bias.ts';
import { foldKernel, mirrorKernel, unfoldKernel } from '../ops/fusedResampling.ts';

/** Uniform in [−bound, bound], normal, or one value everywhere. */
type InitialValue =
  { readonly bound: number } | { readonly mean: number; readonly deviation: number } | { readonly value: number };

export interface WeightSpec {
  /** Filters [k, k, k, in, out], matrices [in, out], vectors [n]. */
  readonly shape: readonly number[];
  readonly initial: InitialValue;
  readonly isSpectral?: boolean;
  /** Columns of the matrix whose largest singular value is the spectral norm; the last side unless said otherwise. */
  readonly columns?: number;
  /** A 3³ filter used as the mirrored filter of `upsampleConvolve` by these strides (4³ for 2 along each axis). */
  readonly upsampling?: Strides;
  /** A 3³ filter used as the folded filter of `convolveDownsample` (4³). */
  readonly isPooling?: boolean;
  /** The weight in use is this times the stored one: gain / √fan-in equalises the learning rate. */
  readonly scale?: number;
  /** Initial values are drawn for a filter smaller by these strides and each repeated along the axes as often. */
  readonly repeated?: Strides;
}

export interface WeightedNetwork extends Network {
  readonly specs: Readonly<Record<string, WeightSpec>>;
}

/** Weights in use; `dispose` frees what was derived, never the stored ones. */
export interface PreparedWeights {
  /** Leaves to differentiate with respect to, by weight name. */
  readonly leaves: NamedTensors;
  /** Gradients of the leaves, which it disposes → gradients of the stored weights, the caller's. */
  pullBack(gradients: NamedTensors): NamedTensors;
  dispose(): void;
}

/** PyTorch's default bound for a layer with `fanIn` inputs an output: 1/√fanIn. */
export function uniformBound(fanIn: number): { readonly bound: number } {
  return { bound: 1 / Math.sqrt(fanIn) };
}

/** Equalised learning rate: drawn standard normal, in use times gain / √fanIn; He's gain √2 if nothing else is said. */
export function equalised(fanIn: number, gain = Math.SQRT2): Pick<WeightSpec, 'initial' | 'scale'> {
  return { initial: { mean: 0, deviation: 1 }, scale: gain / Math.sqrt(fanIn) };
}

/** Makes the variables, with values from `random`; power-iteration vectors go to `buffers` as `<name>.u`, `<name>.v`. */
export function createNetwork(specs: Readonly<Record<string, WeightSpec>>, random: Random): WeightedNetwork {
  const weights: Record<string, tf.Variable> = {};
  const buffers: Record<string, tf.Variable> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const draws = random.fork(name);
    weights[name] = tf.tidy(() => tf.variable(initialValue(spec, draws)));
    if (spec.isSpectral) {
      const columns = columnsOf(spec);
      const rows = spec.shape.reduce((product, length) => product * length, 1) / columns;
      buffers[`${name}.u`] = tf.tidy(() =>
        tf.variable(unitColumn(tf.tensor2d(draws.normals(columns), [columns, 1])), false),
      );
      buffers[`${name}.v`] = tf.tidy(() => tf.variable(unitColumn(tf.tensor2d(draws.normals(rows), [rows, 1])), false));
    }
  }
  return { specs, weights, buffers };
}

const columnsOf = ({ shape, columns }: WeightSpec): number => columns ?? shape.at(-1) ?? 1;

/** A second set of the same weights and values, for a moving average; it shares the buffers. */
export function copyNetwork(network: WeightedNetwork): WeightedNetwork {
  const weights: Record<string, tf.Variable> = {};
  for (const [name, weight] of Object.entries(network.weights)) {
    weights[name] = tf.tidy(() => tf.variable(tf.add(weight, 0), false)); // a clone would share the buffer
  }
  return { specs: network.specs, weights, buffers: network.buffers };
}

function initialValue(spec: WeightSpec, random: Random): tf.Tensor {
  const shape = [...spec.shape];
  if ('value' in spec.initial) return tf.fill(shape, spec.initial.value);
  const count = shape.reduce((product, length) => product * length, 1);
  if ('deviation' in spec.initial) {
    const { mean, deviation } = spec.initial;
    const sides = shape.map((length, axis) => length / (spec.repeated?.[axis] ?? 1));
    const drawn = tf.tensor(normals(random, sides, { mean, deviation }), sides);
    return (spec.repeated ?? []).reduce((values, times, axis) => repeatEach(values, axis, times), drawn);
  }
  const { bound } = spec.initial;
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = (2 * random.uniform() - 1) * bound;
  return tf.tensor(values, shape);
}

function normals(
  random: Random,
  shape: readonly number[],
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
): Float32Array {
  const count = shape.reduce((product, length) => product * length, 1);
  return random.normals(count).map((normal) => mean + deviation * normal);
}

/** a b → a a b b along an axis. */
function repeatEach(values: tf.Tensor, axis: number, times: number): tf.Tensor {
  const indices = Array.from({ length: times * (values.shape[axis] ?? 1) }, (_, at) => Math.floor(at / times));
  return tf.gather(values, tf.tensor1d(indices, 'int32'), axis);
}

function unitColumn(column: tf.Tensor): tf.Tensor2D {
  return tf.div(column, tf.maximum(tf.norm(column), 1e-12));
}

/**
 * Derives the weights in use. `powerIteration`: 'store' refines the stored vectors by one iteration (once a training
 * step of the network), 'discard' uses one without storing it (everywhere else). `isUsed` leaves out weights by name: of
 * resolutions that a growing network has not come to.
 */
export function prepareWeights(
  network: WeightedNetwork,
  powerIteration: 'store' | 'discard',
  isUsed: (name: string) => boolean = () => true,
): PreparedWeights {
  const leaves: Record<string, tf.Tensor> = {};
  const derived: tf.Tensor[] = [];
  const spectra: Record<string, Spectrum> = {};

  for (const [name, spec] of Object.entries(network.specs)) {
    if (!isUsed(name)) continue;
    let leaf: tf.Tensor = network.weights[name] as tf.Variable;
    if (spec.isSpectral) {
      const spectrum = spectrumOf(network, name, powerIteration);
      spectra[name] = spectrum;
      derived.push(spectrum.u, spectrum.v, spectrum.norm, spectrum.normalised);
      leaf = spectrum.normalised;
    }
    const { upsampling, isPooling, scale } = spec;
    if (upsampling !== undefined || isPooling || scale !== undefined) {
      const filter = leaf;
      leaf = tf.tidy(() => {
        const scaled = scale === undefined ? filter : tf.mul(filter, scale);
        if (upsampling !== undefined) return foldKernel(mirrorKernel(scaled as tf.Tensor5D), upsampling);
        return isPooling ? foldKernel(scaled as tf.Tensor5D) : scaled;
      });
      derived.push(leaf);
    }
    leaves[name] = leaf;
  }

  return {
    leaves,
    pullBack(gradients) {
      const pulled: Record<string, tf.Tensor> = {};
      for (const [name, gradient] of Object.entries(gradients)) {
        const spec = network.specs[name];
        const spectrum = spectra[name];
        pulled[name] = tf.tidy(() => {
          let current = gradient;
          if (spec?.upsampling) current = mirrorKernel(unfoldKernel(current as tf.Tensor5D, spec.upsampling));
          if (spec?.isPooling) current = unfoldKernel(current as tf.Tensor5D);
          if (spec?.scale !== undefined) current = tf.mul(current, spec.scale);
          return spectrum === undefined ? tf.clone(current) : throughSpectralNorm(current, spectrum);
        });
        gradient.dispose();
      }
      return pulled;
    },
    dispose() {
      tf.dispose(derived);
    },
  };
}

type Spectrum = Readonly<{
  /** Right and left singular vectors, [columns, 1] and [rows, 1]. */
  u: tf.Tensor2D;
  v: tf.Tensor2D;
  norm: tf.Tensor;
  normalised: tf.Tensor;
}>;

/** One power iteration from the stored vectors, of the weight as a matrix with the output channels as columns. */
function spectrumOf(network: WeightedNetwork, name: string, powerIteration: 'store' | 'discard'): Spectrum {
  const weight = network.weights[name] as tf.Variable;
  const storedU = network.buffers[`${name}.u`] as tf.Variable;
  const storedV = network.buffers[`${name}.v`] as tf.Variable;
  const [columns] = storedU.shape as [number];
  const spectrum = tf.tidy<Spectrum>(() => {
    const matrix: tf.Tensor2D = tf.reshape(weight, [-1, columns]);
    const left = unitColumn(tf.matMul(matrix, storedU)); // [rows, 1]
    const right = tf.matMul<tf.Tensor2D>(matrix, left, true, false); // [columns, 1], of length σ before it is made a unit
    const sigma = tf.norm(right); // vᵀ M u with u = Mᵀv / |Mᵀv|
    return { u: unitColumn(right), v: left, norm: sigma, normalised: tf.div(weight, sigma) };
  });
  if (powerIteration === 'store') {
    storedU.assign(spectrum.u);
    storedV.assign(spectrum.v);
  }
  return spectrum;
}

/** For W̄ = W/σ(W), σ = vᵀWu with u and v held: dW = (dW̄ − ⟨dW̄, W̄⟩ v uᵀ) / σ. */
function throughSpectralNorm(gradient: tf.Tensor, { u, v, norm, normalised }: Spectrum): tf.Tensor {
  const flatGradient: tf.Tensor2D = tf.reshape(gradient, [-1, u.shape[0]]);
  const flatWeight: tf.Tensor2D = tf.reshape(normalised, [-1, u.shape[0]]);
  const projection = tf.matMul(tf.reshape(flatGradient, [1, -1]), tf.reshape(flatWeight, [-1, 1])); // [1, 1]
  const correction = tf.matMul(tf.mul<tf.Tensor2D>(v, projection), u, false, true); // [rows, columns]
  return tf.reshape(tf.div(tf.sub(flatGradient, correction), norm), gradient.shape);
}

/** Gain and shift of a layer's batch or group normalisation; the gain is 1 if nothing else is said. */
export function normSpecs(layer: string, maps: number, gain: InitialValue = { value: 1 }): Record<string, WeightSpec> {
  return {
    [`${layer}.gamma`]: { shape: [maps], initial: gain },
    [`${layer}.beta`]: { shape: [maps], initial: { value: 0 } },
  };
}

/** Running statistics of a network's batch normalisation, which stand in where there is no batch. */
export function addRunningStatistics(network: WeightedNetwork): void {
  const buffers = network.buffers as Record<string, tf.Variable>;
  for (const [name, spec] of Object.entries(network.specs)) {
    if (!name.endsWith('.gamma')) continue;
    const layer = name.slice(0, -'.gamma'.length);
    buffers[`${layer}.mean`] = tf.tidy(() => tf.variable(tf.fill([...spec.shape], 0), false));
    buffers[`${layer}.variance`] = tf.tidy(() => tf.variable(tf.fill([...spec.shape], 1), false));
  }
}

/** Adds `<layer>.bias`, where the layer has one. */
export function withBias<T extends tf.Tensor>(x: T, leaves: NamedTensors, layer: string): T {
  const bias = leaves[`${layer}.bias`];
  return bias === undefined ? x : addBias(x, bias);
}
