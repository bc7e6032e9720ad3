/**
 * A batch computed in pieces, one after the other: gradients of a mean over the scans are the mean of those of the pieces,
 * each weighted by its share, and memory holds the work of one piece. Where memory runs out, an update begins again with
 * smaller pieces and the same random numbers, before anything of it was applied.
 */
import * as tf from '@tensorflow/tfjs';
import type { RandomState } from '#shared/random.ts';
import type { MemoryPlan, NamedTensors, Trainable } from '../model.ts';
import { addGradients, lossGradients, type Loss, type LossGradients } from './gradients.ts';
import { isOutOfMemory } from './memoryPlan.ts';
import { whileRecomputing } from './recompute.ts';

/** Scans `from` up to `from + count` of a batch. */
export interface Piece {
  readonly from: number;
  readonly count: number;
  /** Of the batch, up to 1. */
  readonly share: number;
}

/** Notes something of each piece that passes, and takes it in once the update stands. */
export interface Observer {
  readonly settle: () => void;
  /** Forgets what was noted since the last time. */
  readonly discard: () => void;
}

export interface Batch {
  readonly memory: MemoryPlan;
  /** Scans of the batch. */
  readonly count: number;
  /** Of what draws random numbers while it is computed: scan after scan, so that pieces make no difference. */
  readonly random?: Pick<Trainable, 'randomState' | 'restoreRandom'>;
  readonly observers?: readonly Observer[];
}

/** The rows of a piece; all of them are the tensor itself, which stays its owner's. */
export function rowsOf<T extends tf.Tensor>(x: T, { from, count, share }: Piece): T {
  if (share === 1) return x;
  const rest = x.shape.slice(1);
  return tf.slice(x, [from, ...rest.map(() => 0)], [count, ...rest]);
}

/** The rows of a piece of every one of these. */
export function rowsOfAll<Named extends NamedTensors>(tensors: Named, piece: Piece): Named {
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, rowsOf(x, piece)])) as Named;
}

/** Gradients and terms of a loss that is a mean over the scans of a batch, from those of its pieces. */
export function batchGradients(batch: Batch, leaves: NamedTensors, loss: (piece: Piece) => Loss): LossGradients {
  return untilItFits(batch, (pieces) => {
    let sum: LossGradients = { gradients: {}, terms: {} };
    try {
      for (const piece of pieces) {
        const evaluate = (): Loss => weighted(loss(piece), piece.share);
        const { recompute } = batch.memory.settings;
        const part = lossGradients(leaves, recompute ? () => whileRecomputing(leaves, evaluate) : evaluate);
        sum = {
          gradients: addGradients(sum.gradients, part.gradients),
          terms: addGradients(sum.terms, part.terms),
        };
      }
      return sum;
    } catch (thrown) {
      tf.dispose([sum.gradients, sum.terms]);
      throw thrown;
    }
  });
}

/** Tensors of a batch that need no gradients, joined from those of its pieces; the caller's. */
export function makeBatch<Made extends NamedTensors>(batch: Batch, make: (piece: Piece) => Made): Made {
  return untilItFits(batch, (pieces) =>
    tf.tidy(() => {
      const made = pieces.map((piece) => tf.tidy(() => make(piece)));
      const [first] = made as [Made, ...Made[]];
      if (made.length === 1) return first;
      const joined = Object.keys(first).map((name) => [name, tf.concat(made.map((part) => part[name] as tf.Tensor))]);
      return Object.fromEntries(joined) as Made;
    }),
  );
}

function untilItFits<T>({ memory, count, random, observers = [] }: Batch, compute: (pieces: Piece[]) => T): T {
  const before: RandomState | undefined = random?.randomState();
  for (;;) {
    try {
      const result = compute(piecesOf(count, memory.settings.pieces));
      for (const observer of observers) observer.settle();
      return result;
    } catch (thrown) {
      for (const observer of observers) observer.discard();
      if (!isOutOfMemory(thrown)) throw thrown;
      memory.runOut(count, thrown);
      if (before !== undefined) random?.restoreRandom(before);
    }
  }
}

/** As even as they can be; no more than there are scans. */
function piecesOf(count: number, pieces: number): Piece[] {
  const parts = Math.min(count, pieces);
  const startOf = (part: number): number => Math.floor((part * count) / parts);
  return Array.from({ length: parts }, (_, part) => {
    const from = startOf(part);
    const size = startOf(part + 1) - from;
    return { from, count: size, share: size / count };
  });
}

function weighted({ total, terms }: Loss, share: number): Loss {
  if (share === 1) return { total, terms };
  const weighed = Object.entries(terms).map(([name, term]) => [name, tf.mul(term, share)] as const);
  return { total: tf.mul(total, share), terms: Object.fromEntries(weighed) };
}
