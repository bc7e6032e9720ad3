/** How each reader read: sittings, pauses, and what they did to look. */
import { median } from '../statistics/quantile.ts';
import type { ReadingState } from './readingState.ts';
import type { LogLine } from './studyLog.ts';

export interface ReadingConditions {
  readonly reader: string;
  /** Trials with practice and repeats: answered, and planned. */
  readonly answered: number;
  readonly total: number;
  /** Times the reader sat down and was shown a trial; 0 where a program read, which announces nothing. */
  readonly sittings: number;
  readonly pauses: number;
  /** ISO 8601, of the first trial shown and of the last answer. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** Answers given by the end of the time limit. */
  readonly timedOut: number;
  /** A trial, median; null where nobody counted. */
  readonly slicesViewed: number | null;
  readonly windowChanges: number | null;
}

const medianOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
};

/** In the order of the protocol; readers who were left out too. */
export function readingConditions({ readers }: ReadingState, lines: readonly LogLine[]): readonly ReadingConditions[] {
  return [...readers].map(([reader, { order, shown }]) => {
    const own = lines.filter(({ data }) => 'reader' in data && data.reader === reader);
    const answers = shown.flatMap(({ answer }) => answer ?? []);
    return {
      reader,
      answered: answers.length,
      total: order.length,
      sittings: shown.at(-1)?.session ?? 0,
      pauses: own.filter(({ type, data }) => type === 'event' && (data.event === 'pause' || data.event === 'break'))
        .length,
      firstAt: own.find(({ type }) => type === 'shown')?.at ?? null,
      lastAt: own.findLast(({ type }) => type === 'answer')?.at ?? null,
      timedOut: answers.filter(({ isTimedOut }) => isTimedOut).length,
      slicesViewed: medianOf(answers.map(({ slicesViewed }) => slicesViewed)),
      windowChanges: medianOf(answers.map(({ windowChanges }) => windowChanges)),
    };
  });
}
