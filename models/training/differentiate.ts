/**
 * Reverse-mode differentiation over the engine's tape that frees as it goes: a gradient is gone once it was passed on, an
 * activation once its layer was differentiated. The engine's own walk holds all of both to its end, about twice the memory.
 */
import * as tf from '@tensorflow/tfjs';

type Engine = ReturnType<typeof tf.engine>;
type TapeNode = NonNullable<Engine['state']['activeTape']>[number];

export interface Derivatives<T extends tf.Tensor> {
  /** The caller's, as are the gradients. */
  readonly value: T;
  /** One for each of `xs`; null where the value does not depend on it. */
  readonly gradients: readonly (tf.Tensor | null)[];
}

/**
 * Evaluates `f` and differentiates its result with respect to `xs`, times `upstream` of the result's shape (else ones).
 * Within another differentiation what happens here is recorded, so that it can be differentiated in turn.
 */
export function differentiate<T extends tf.Tensor>(
  f: () => T,
  xs: readonly tf.Tensor[],
  upstream?: tf.Tensor,
): Derivatives<T> {
  const { state } = tf.engine();
  const isOutermost = state.gradientDepth === 0;
  const around = state.activeTape; // of a differentiation that has come to its backward walk
  if (isOutermost) state.activeTape = [];
  try {
    state.gradientDepth += 1;
    let value: T;
    try {
      value = tf.tidy(f);
    } finally {
      state.gradientDepth -= 1;
    }
    const tape = state.activeTape;
    const steps = stepsBetween(tape, xs, value);
    if (isOutermost) {
      const used = new Set(steps.map(({ node }) => node));
      for (const node of tape) if (!used.has(node)) forget(node);
    }
    const found = tf.tidy(() => {
      const seed = upstream === undefined ? tf.ones(value.shape) : tf.clone(upstream);
      const gradients = walkBack(steps, { gradients: new Map([[value.id, seed]]), isOutermost });
      return Object.fromEntries(xs.flatMap(({ id }) => (gradients.has(id) ? [[id, gradients.get(id)]] : []))) as Record<
        number,
        tf.Tensor
      >;
    });
    return { value, gradients: xs.map(({ id }) => found[id] ?? null) };
  } finally {
    if (isOutermost) {
      state.activeTape.forEach(forget);
      state.activeTape = around;
    }
  }
}

/**
 * Runs `f` as if nothing around it were differentiated: none of it is recorded, and what it differentiates itself is freed
 * as ever. What it gives counts as a constant.
 */
export function unrecorded<T>(f: () => T): T {
  const { state } = tf.engine();
  const { activeTape, gradientDepth } = state;
  state.gradientDepth = 0;
  try {
    return f();
  } finally {
    Object.assign(state, { activeTape, gradientDepth });
  }
}

/** An operation on the way from `xs` to the value, and those of its inputs that are on it. */
interface Step {
  readonly node: TapeNode;
  readonly inputs: readonly string[];
}

function stepsBetween(tape: readonly TapeNode[], xs: readonly tf.Tensor[], value: tf.Tensor): Step[] {
  const fromX = new Set(xs.map(({ id }) => id));
  const candidates: Step[] = [];
  for (const node of tape) {
    const inputs = Object.keys(node.inputs).filter((name) => fromX.has((node.inputs[name] as tf.Tensor).id));
    if (inputs.length === 0) continue;
    candidates.push({ node, inputs });
    for (const { id } of node.outputs) fromX.add(id);
  }
  const toValue = new Set([value.id]);
  return candidates
    .toReversed()
    .filter(({ node, inputs }) => {
      if (!node.outputs.some(({ id }) => toValue.has(id))) return false;
      for (const name of inputs) toValue.add((node.inputs[name] as tf.Tensor).id);
      return true;
    })
    .toReversed();
}

interface Walk {
  /** By the id of what they are gradients of. */
  readonly gradients: Map<number, tf.Tensor>;
  readonly isOutermost: boolean;
}

/** What is left in the end are the gradients of the leaves. */
function walkBack(steps: readonly Step[], { gradients, isOutermost }: Walk): Walk['gradients'] {
  for (const { node, inputs } of steps.toReversed()) {
    const upstream = node.outputs.map(({ id }) => gradients.get(id) ?? null);
    if (upstream.every((gradient) => gradient === null)) continue;
    const parts = tf.tidy(() => gradientsOfInputs(node, inputs, upstream));
    for (const { id } of node.outputs) gradients.delete(id);
    tf.dispose(upstream.filter((gradient) => gradient !== null));
    if (isOutermost) forget(node);
    for (const name of inputs) {
      const { id } = node.inputs[name] as tf.Tensor;
      const part = parts[name] as tf.Tensor;
      const sum = gradients.get(id);
      gradients.set(id, sum === undefined ? part : tf.add(sum, part));
      if (sum !== undefined) tf.dispose([sum, part]);
    }
  }
  return gradients;
}

function gradientsOfInputs(
  node: TapeNode,
  inputs: readonly string[],
  upstream: readonly (tf.Tensor | null)[],
): Record<string, tf.Tensor> {
  if (node.gradient === undefined) throw new Error(`${node.kernelName} has no gradient.`);
  const made = node.gradient(upstream as tf.Tensor[]);
  return Object.fromEntries(
    inputs.map((name) => {
      const gradient = tf.tidy(() => (made[name] as () => tf.Tensor)());
      return [name, upstream.includes(gradient) ? tf.clone(gradient) : gradient];
    }),
  );
}

function forget({ saved }: TapeNode): void {
  tf.dispose(saved ?? []);
}
