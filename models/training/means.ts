/** What the pieces of a batch tell of it, for statistics that move along with training. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model.ts';
import type { Observer } from './pieces.ts';
import { isRecomputing } from './recompute.ts';

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
      if (isRecomputing()) return;
      const kept = tf.tidy(() => tf.keep(tf.clone(value())));
      noted.set(name, [...(noted.get(name) ?? []), { value: kept, count }]);
    },
    settle: () => {
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

export interface Rows extends Observer {
  /** Notes rows [n, …]; they may be gone after the call. */
  note(rows: tf.Tensor): void;
}

/** `take` gets all rows that were noted, joined, once the update stands; valid during the call only. */
export function createRows(take: (rows: tf.Tensor) => void): Rows {
  let noted: tf.Tensor[] = [];
  const discard = (): void => {
    tf.dispose(noted);
    noted = [];
  };
  return {
    note(rows) {
      if (!isRecomputing()) noted.push(tf.tidy(() => tf.keep(tf.clone(rows))));
    },
    settle: () => {
      tf.tidy(() => {
        if (noted.length > 0) take(tf.concat(noted));
      });
      discard();
    },
    discard,
  };
}
