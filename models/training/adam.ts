/**
 * Adam (Kingma & Ba 2015, arXiv 1412.6980) and, with a weight decay, AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101),
 * with the bias correction of PyTorch: both moments corrected, ε added after the correction.
 */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, Optimizer } from '../model.ts';
import { hasKernel, optionalKernels, runKernel } from '../ops/kernels.ts';
import { globalNorm } from './gradients.ts';

export interface AdamOptions {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled: each step first multiplies the weights by 1 − rate · decay. Default 0. */
  readonly weightDecay?: number;
}

interface Slot {
  readonly weight: tf.Variable;
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

interface StepNumbers {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
}

/** An optimiser of these weights. It owns its moments (`dispose`), not the weights. */
export function createAdam(weights: Readonly<Record<string, tf.Variable>>, options: AdamOptions): Optimizer {
  const slots = new Map<string, Slot>();
  for (const [name, weight] of Object.entries(weights)) {
    const zeros = (): tf.Variable => tf.tidy(() => tf.variable(tf.fill(weight.shape, 0), false));
    slots.set(name, { weight, first: zeros(), second: zeros() });
  }
  let stepCount = 0;
  let rateScale = 1;
  let watched: { norm: tf.Scalar | null } | null = null;

  const slotOf = (name: string): Slot => {
    const slot = slots.get(name);
    if (slot === undefined)
      throw new Error(`The optimiser has no weight '${name}'; it has ${[...slots.keys()].join(', ')}.`);
    return slot;
  };

  return {
    apply(gradients, rateFactor = 1) {
      stepCount += 1;
      if (watched !== null) {
        watched.norm?.dispose();
        watched.norm = globalNorm(gradients);
      }
      const rate = rateScale * rateFactor * options.rate;
      const correction1 = 1 - options.beta1 ** stepCount;
      const correction2 = Math.sqrt(1 - options.beta2 ** stepCount);
      const numbers: StepNumbers = {
        rate: (rate * correction2) / correction1,
        beta1: options.beta1,
        beta2: options.beta2,
        epsilon: (options.epsilon ?? 1e-8) * correction2,
        decay: rate * (options.weightDecay ?? 0),
      };
      for (const [name, gradient] of Object.entries(gradients)) {
        updateSlot(slotOf(name), gradient, numbers);
        gradient.dispose();
      }
    },
    get rateScale() {
      return rateScale;
    },
    set rateScale(scale) {
      rateScale = scale;
    },
    watchNorm() {
      watched ??= { norm: null };
    },
    async takeNorm() {
      const norm = watched?.norm ?? null;
      watched = null;
      if (norm === null) return null;
      const [value] = await norm.data();
      norm.dispose();
      return value ?? null;
    },
    moments() {
      const named: Record<string, tf.Tensor> = {};
      for (const [name, { first, second }] of slots) {
        named[`${name}.first`] = first;
        named[`${name}.second`] = second;
      }
      return named;
    },
    get stepCount() {
      return stepCount;
    },
    reset() {
      tf.tidy(() => {
        for (const { first, second } of slots.values()) {
          first.assign(tf.zerosLike(first));
          second.assign(tf.zerosLike(second));
        }
      });
      stepCount = 0;
    },
    restore(moments: NamedTensors, count: number) {
      for (const [name, { first, second }] of slots) {
        assignNamed(first, moments, `${name}.first`);
        assignNamed(second, moments, `${name}.second`);
      }
      stepCount = count;
    },
    dispose() {
      for (const { first, second } of slots.values()) tf.dispose([first, second]);
      watched?.norm?.dispose();
    },
  };
}

/** Copies `values[name]` into the variable; throws where it is missing or of another shape. */
function assignNamed(variable: tf.Variable, values: NamedTensors, name: string): void {
  const value = values[name];
  if (value === undefined) throw new Error(`The checkpoint has no tensor '${name}'.`);
  if (!tf.util.arraysEqual(value.shape, variable.shape)) {
    throw new Error(`Tensor '${name}' has shape [${value.shape.join(', ')}], expected [${variable.shape.join(', ')}].`);
  }
  tf.tidy(() => {
    variable.assign(tf.clone(value));
  });
}

function updateSlot({ weight, first, second }: Slot, gradient: tf.Tensor, numbers: StepNumbers): void {
  if (hasKernel(optionalKernels.adam)) {
    runInPlace(optionalKernels.adam, { weight, first, second, gradient }, numbers);
    return;
  }
  const { rate, beta1, beta2, epsilon, decay } = numbers;
  tf.tidy(() => {
    first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
    second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const step = tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon)), rate);
    weight.assign(tf.sub(tf.mul(weight, 1 - decay), step));
  });
}

/** average += amount · (target − average), weight by weight: an exponential moving average. */
export function moveToward(
  averages: Readonly<Record<string, tf.Variable>>,
  targets: NamedTensors,
  amount: number,
): void {
  for (const [name, average] of Object.entries(averages)) {
    const target = targets[name];
    if (target === undefined) throw new Error(`There is no weight '${name}' to average.`);
    if (hasKernel(optionalKernels.moveToward)) {
      runInPlace(optionalKernels.moveToward, { average, target }, { amount });
    } else {
      tf.tidy(() => {
        average.assign(tf.add(average, tf.mul(tf.sub(target, average), amount)));
      });
    }
  }
}

/** A moving average forgets its start: decay (1 + t) / (10 + t) until that exceeds the one asked for. */
export function averageWarmUp(step: number): number {
  return (1 + step) / (10 + step);
}

function runInPlace(kernel: string, inputs: Record<string, tf.Tensor>, numbers: object): void {
  runKernel(kernel, inputs, numbers);
}
