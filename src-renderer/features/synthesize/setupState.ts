/** What the form of a synthesis holds, as typed, and what it asks for. */
import type { CommandInput } from '#contract/commands.ts';

export interface Setup {
  readonly checkpoint: string | null;
  readonly count: string;
  readonly seed: string;
  readonly truncation: number;
  /** Of a conditional checkpoint, one of its values; null: each scan has one drawn from its seed. */
  readonly label: string | null;
  /** null: inside the project. */
  readonly out: string | null;
}

const mostScans = 100_000;
const wholeOf = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : NaN);

export const isCountGood = ({ count }: Setup): boolean => wholeOf(count) >= 1 && wholeOf(count) <= mostScans;
export const isSeedGood = ({ seed }: Setup): boolean => Number.isSafeInteger(wholeOf(seed));

/** Null while something is missing or wrong. */
export function synthesisInput(project: string, setup: Setup): CommandInput<'checkpoint.synthesize'> | null {
  const { checkpoint, count, seed, truncation, label, out } = setup;
  if (checkpoint === null || !isCountGood(setup) || !isSeedGood(setup)) return null;
  const asked = label === null ? {} : { label };
  return { project, checkpoint, count: wholeOf(count), seed: wholeOf(seed), truncation, ...asked, out };
}
