/** Folds of cross-validation: all scans of a subject in one, and values (or kinds) spread evenly over them. */
import type { Random } from '../random.ts';

export interface FoldRequest {
  /** Whose each scan is. */
  readonly subjects: readonly string[];
  readonly values: readonly number[];
  /** Whether the values are kinds (0 and 1): each fold gets its share of both. Else neighbours in order of value part. */
  readonly areKinds: boolean;
  readonly folds: number;
  readonly random: Random;
}

/** The fold of each scan, 0 … folds − 1. */
export function drawSubjectFolds({ subjects, values, areKinds, folds, random }: FoldRequest): number[] {
  const own = new Map<string, number[]>();
  subjects.forEach((subject, at) => own.set(subject, [...(own.get(subject) ?? []), values[at]!]));
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const strata = random
    .shuffle([...own].map(([subject, of]) => ({ subject, value: areKinds ? Math.round(mean(of)) : mean(of) })))
    .toSorted((a, b) => a.value - b.value); // stable: kinds stay in random order
  const foldOf = new Map<string, number>();
  for (let first = 0; first < strata.length; first += folds) {
    const order = random.shuffle(Array.from({ length: folds }, (_, fold) => fold));
    // Of kinds, one fold after the other: no fold gets two of a kind before each has one.
    strata.slice(first, first + folds).forEach(({ subject }, at) => foldOf.set(subject, areKinds ? at : order[at]!));
  }
  return subjects.map((subject) => foldOf.get(subject)!);
}

/**
 * The values as they could have fallen just as well, were they unrelated to the scans: what subjects have is exchanged as a
 * whole among those with equally many scans (Winkler et al. 2015, NeuroImage 123:253).
 */
export function permuteBySubject(
  subjects: readonly string[],
  values: readonly number[],
  random: Random,
): readonly number[] {
  const places = new Map<string, number[]>();
  subjects.forEach((subject, at) => places.set(subject, [...(places.get(subject) ?? []), at]));
  const permuted = [...values];
  for (const count of new Set([...places.values()].map((of) => of.length))) {
    const blocks = [...places.values()].filter((of) => of.length === count);
    random.shuffle(blocks).forEach((from, block) => {
      blocks[block]!.forEach((to, index) => (permuted[to] = values[from[index]!]!));
    });
  }
  return permuted;
}
