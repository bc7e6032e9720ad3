/** What a batch is like on average, told by its pieces, for statistics that move along with training. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model.ts';
import type { Observer } from './pieces.ts';

export interface Means extends Observer {
  /** Notes a mean over `count` scans under this name; `value` may be gone after the call. */
  note(name: string, value: () => tf.Tensor, count: number): void;
}

/** `take` gets the means over all that was noted, once the update stands; valid during the call only. */
export function createMeans(take: (means: NamedTensors) => void): Means {
  let noted = new Map<string, { readonly value: tf.Tensor; readonly count: number }[]>();
  const discard = (): void => {
    for (const parts of noted.values()) tf.dispose(parts.map(({ value }) => value));
    noted = new Map();
  };
  return {
    note(name, value, count) {
      const kept = tf.tidy(() => tf.keep(tf.clone(value())));
      noted.set(name, [...(noted.get(name) ?? []), { value: kept, count }]);
    },
    settle() {
      tf.tidy(() => {
        const means = [...noted].map(([name, parts]) => [name, meanOf(parts)] as const);
        if (means.length > 0) take(Object.fromEntries(means));
      });
      discard();
    },
    discard,
  };
}

function meanOf(parts: readonly { readonly value: tf.Tensor; readonly count: number }[]): tf.Tensor {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first.value;
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return tf.addN(parts.map(({ value, count }) => tf.mul(value, count / total)));
}
