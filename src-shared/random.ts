/**
 * The seeded generator of splits, data order, latents and patches: xoshiro128** (Blackman & Vigna 2021, ACM TOMS 47:36),
 * seeded through SplitMix32. Its state is four 32-bit words, so that a checkpoint can store and restore it.
 */
export type RandomState = readonly [number, number, number, number];

export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal (Box–Muller, one value a call: two uniforms, no state besides the generator's). */
  normal(): number;
  /** `count` standard normal values. */
  normals(count: number): Float32Array;
  /** A new array in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent generator named by `label`; drawing from it leaves this one as it is. */
  fork(label: string): Random;
  state(): RandomState;
}

function splitMix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** FNV-1a, 32 bits: turns a label into a number. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < label.length; index++) {
    hash = Math.imul(hash ^ label.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const rotateLeft = (word: number, bits: number): number => ((word << bits) | (word >>> (32 - bits))) >>> 0;

/** A generator from a whole-number seed (any size; both halves of a 53-bit seed count). */
export function createRandom(seed: number): Random {
  const next = splitMix32((seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32) >>> 0, 0x85ebca6b));
  return restoreRandom([next(), next(), next(), next()]);
}

/** A generator that goes on where `state()` was read. */
export function restoreRandom(from: RandomState): Random {
  let [a, b, c, d] = from;

  const word = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const shifted = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ shifted) >>> 0;
    d = rotateLeft(d, 11);
    return result;
  };
  const uniform = (): number => word() / 2 ** 32;
  const integer = (bound: number): number => Math.floor(uniform() * bound);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  return {
    uniform,
    integer,
    normal,
    normals: (count) => Float32Array.from({ length: count }, normal),
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        [shuffled[last], shuffled[other]] = [
          shuffled[other] as (typeof shuffled)[number],
          shuffled[last] as (typeof shuffled)[number],
        ];
      }
      return shuffled;
    },
    fork: (label) => {
      const next = splitMix32((a ^ rotateLeft(b, 8) ^ rotateLeft(c, 16) ^ rotateLeft(d, 24) ^ hashLabel(label)) >>> 0);
      return restoreRandom([next(), next(), next(), next()]);
    },
    state: () => [a, b, c, d],
  };
}
