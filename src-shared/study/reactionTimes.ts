/**
 * How long answers take. Times are compared on the logarithm, within each reader first: readers are the units of the
 * tests, so that a slow one does not count for a difference.
 */
import { studentMean } from '../statistics/studentMean.ts';
import type { Absences, Range } from './outcome.ts';
import { trialsOf, type StudyTable } from './studyTable.ts';
import { isCorrect, type Trial } from './trial.ts';

export interface ReaderTimes {
  readonly reader: string;
  /** Answers with a time above 0. */
  readonly trials: number;
  /** Geometric means in ms; null where there is no such answer. */
  readonly all: number;
  readonly correct: number | null;
  readonly wrong: number | null;
  readonly real: number | null;
  readonly synthetic: number | null;
}

/** Ratio of geometric means, averaged over readers, with Student's interval and test against 1. */
export interface TimeRatio {
  readonly ratio: number;
  readonly ci95: Range;
  readonly p: number;
  readonly readers: number;
}

export interface ReactionTimes {
  readonly readers: readonly ReaderTimes[];
  /** Above 1: wrong answers take longer than right ones. */
  readonly wrongToCorrect: TimeRatio | null;
  /** Above 1: synthetic scans take longer than real ones. */
  readonly syntheticToReal: TimeRatio | null;
}

/** In ms; null of none. */
export function geometricMean(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.exp(times.reduce((sum, time) => sum + Math.log(time), 0) / times.length);
}

function describeReader(reader: string, trials: readonly Trial[]): ReaderTimes | null {
  const of = (test: (trial: Trial) => boolean): number | null =>
    geometricMean(trials.filter(test).flatMap(({ reactionMs }) => (reactionMs !== null && reactionMs > 0 ? [reactionMs] : []))); // prettier-ignore
  const all = of(() => true);
  if (all === null) return null;
  return {
    reader,
    trials: trials.filter(({ reactionMs }) => reactionMs !== null && reactionMs > 0).length,
    all,
    correct: of(isCorrect),
    wrong: of((trial) => !isCorrect(trial)),
    real: of((trial) => !trial.isSynthetic),
    synthetic: of((trial) => trial.isSynthetic),
  };
}

function compare(
  readers: readonly ReaderTimes[],
  above: (times: ReaderTimes) => number | null,
  below: (times: ReaderTimes) => number | null,
): TimeRatio | null {
  const differences = readers.flatMap((times) => {
    const [a, b] = [above(times), below(times)];
    return a === null || b === null ? [] : [Math.log(a / b)];
  });
  const mean = studentMean(differences);
  if (mean === null) return null;
  return {
    ratio: Math.exp(mean.mean),
    ci95: [Math.exp(mean.interval.low), Math.exp(mean.interval.high)],
    p: mean.p,
    readers: mean.n,
  };
}

export function describeReactionTimes({ readers, first }: StudyTable, absences: Absences): ReactionTimes | null {
  const rows = readers.flatMap((reader) => describeReader(reader, trialsOf(first, reader)) ?? []);
  if (rows.length === 0) return absences.keep<ReactionTimes>(null, 'reactionTimes', 'No reaction times are given.');
  const needs = 'It needs two readers or more with times of both kinds, which differ.';
  return {
    readers: rows,
    wrongToCorrect: absences.keep(compare(rows, ({ wrong }) => wrong, ({ correct }) => correct), 'reactionTimes.wrongToCorrect', needs), // prettier-ignore
    syntheticToReal: absences.keep(compare(rows, ({ synthetic }) => synthetic, ({ real }) => real), 'reactionTimes.syntheticToReal', needs), // prettier-ignore
  };
}
