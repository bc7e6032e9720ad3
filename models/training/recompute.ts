/**
 * Recomputation of activations (Chen et al. 2016, arXiv 1604.06174): a block of layers keeps its input alone, and computes
 * what lies within once more when it is differentiated. Exact; it costs about another forward pass. First order only:
 * a critic whose gradient is differentiated in turn keeps its activations.
 */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model.ts';
import { customOperation } from '../ops/customOperation.ts';
import { differentiate, type Derivatives } from './differentiate.ts';

/** What is being differentiated with recomputation: its leaves; null: nothing is. */
let active: ReadonlySet<tf.Tensor> | null = null;
let depth = 0;

/** Whether a block is at work for the second time: what it notes of its batch was noted before. */
export function isRecomputing(): boolean {
  return depth > 0;
}

/** Within `evaluate`, blocks keep their inputs alone for the gradients with respect to `leaves`. */
export function whileRecomputing<T>(leaves: NamedTensors, evaluate: () => T): T {
  const before = active;
  active = new Set(Object.values(leaves));
  try {
    return evaluate();
  } finally {
    active = before;
  }
}

/** Within `evaluate`, blocks keep their activations: what it differentiates is differentiated in turn. */
export function whileKeeping<T>(evaluate: () => T): T {
  const before = active;
  active = null;
  try {
    return evaluate();
  } finally {
    active = before;
  }
}

interface Block<Inputs extends readonly tf.Tensor[]> {
  readonly inputs: Inputs;
  readonly leaves: NamedTensors;
  /** Those whose weights it uses: `<layer>` and `<layer>.…`. */
  readonly layers: readonly string[];
}

/**
 * A block of layers, `compute(inputs, leaves)`; it uses no tensors but these. What it makes on the way is gone at its end
 * but for what its gradient needs, and where recomputation is asked for, all of it.
 */
export function recomputable<const Inputs extends readonly tf.Tensor[], T extends tf.Tensor>(
  { inputs, leaves, layers }: Block<Inputs>,
  compute: (inputs: Inputs, leaves: NamedTensors) => T,
): T {
  const plainly = (): T => tf.tidy(() => compute(inputs, leaves));
  if (active === null) return plainly();
  const differentiated = active;
  const names = Object.keys(leaves).filter(
    (name) =>
      differentiated.has(leaves[name] as tf.Tensor) &&
      layers.some((layer) => name === layer || name.startsWith(`${layer}.`)),
  );
  const kept: readonly tf.Tensor[] = [...inputs, ...names.map((name) => leaves[name] as tf.Tensor)];
  const isConstant = inputs.map((x) => !isOnTape(x) && !differentiated.has(x));
  const varies = (index: number): boolean => isConstant[index] !== true;
  const variables = kept.filter((_, index) => varies(index));
  if (variables.length === 0) return plainly();
  return customOperation<T>({
    inputs: variables,
    forward: (save) => {
      const value = compute(inputs, leaves);
      save([...kept]);
      return value;
    },
    gradient: (dy, saved) => {
      const weights = names.map((name, index) => [name, saved[inputs.length + index] as tf.Tensor] as const);
      const again = { ...leaves, ...Object.fromEntries(weights) };
      const given = saved.slice(0, inputs.length) as readonly tf.Tensor[] as Inputs;
      const wanted = saved.filter((_, index) => varies(index));
      return onceMore(() => differentiate(() => compute(given, again), wanted, dy), wanted);
    },
  });
}

function onceMore(run: () => Derivatives<tf.Tensor>, wanted: readonly tf.Tensor[]): tf.Tensor[] {
  depth += 1;
  try {
    const { value, gradients } = whileKeeping(run);
    value.dispose();
    return gradients.map((gradient, index) => gradient ?? tf.zerosLike(wanted[index] as tf.Tensor));
  } finally {
    depth -= 1;
  }
}

/** Whether it was made by something that is being recorded. */
function isOnTape({ id }: tf.Tensor): boolean {
  return tf.engine().state.activeTape.some(({ outputs }) => outputs.some((output) => output.id === id));
}
