/** Learning and fatigue: accuracy and reaction time in the course of each reader's trials. */
import { spearman } from '../statistics/spearman.ts';
import { studentMean } from '../statistics/studentMean.ts';
import { shareOf, type Absences, type Share } from './outcome.ts';
import { geometricMean } from './reactionTimes.ts';
import { trialsOf, type StudyTable } from './studyTable.ts';
import { isCorrect, type Trial } from './trial.ts';

export interface Quarter {
  /** 1 to 4, of the reader's first answers in the order of reading. */
  readonly quarter: number;
  readonly accuracy: Share | null;
  /** Geometric mean; null without times. */
  readonly reactionMs: number | null;
}

/** Spearman's correlation with the place in the order of reading: above 0 it grows. */
export interface Trend {
  readonly rho: number;
  readonly p: number;
}

export interface ReaderCourse {
  /** Null: all readers. The trend is then the mean of theirs (through Fisher's z), tested over readers. */
  readonly reader: string | null;
  readonly quarters: readonly Quarter[];
  readonly accuracyTrend: Trend | null;
  readonly reactionTrend: Trend | null;
}

const quarters = [1, 2, 3, 4] as const;

/** Those whose place is known. */
export function inOrder(trials: readonly Trial[]): readonly Trial[] {
  return trials
    .filter(({ order }) => order !== null)
    .toSorted((a, b) => (a.session ?? '').localeCompare(b.session ?? '', 'en', { numeric: true }) || (a.order ?? 0) - (b.order ?? 0)); // prettier-ignore
}

const timesOf = (trials: readonly Trial[]): readonly number[] =>
  trials.flatMap(({ reactionMs }) => (reactionMs !== null && reactionMs > 0 ? [reactionMs] : []));

const summarise = (quarter: number, trials: readonly Trial[]): Quarter => ({
  quarter,
  accuracy: shareOf(trials.filter(isCorrect).length, trials.length),
  reactionMs: geometricMean(timesOf(trials)),
});

const quarterOf = (trials: readonly Trial[], quarter: number): readonly Trial[] =>
  trials.slice(Math.floor(((quarter - 1) * trials.length) / 4), Math.floor((quarter * trials.length) / 4));

function trendOf(trials: readonly Trial[], value: (trial: Trial) => number | null): Trend | null {
  const known = trials.flatMap((trial, place) => {
    const y = value(trial);
    return y === null ? [] : [[place, y] as const];
  });
  const found = spearman(known.map(([place]) => place), known.map(([, y]) => y)); // prettier-ignore
  return found === null ? null : { rho: found.rho, p: found.p };
}

/** Correlations of ±1 have no Fisher's z and are drawn in to this. */
const mostRho = 0.999;

function averageTrend(trends: readonly (Trend | null)[]): Trend | null {
  const z = trends.flatMap((trend) =>
    trend === null ? [] : [Math.atanh(Math.max(-mostRho, Math.min(mostRho, trend.rho)))],
  );
  const mean = studentMean(z);
  return mean === null ? null : { rho: Math.tanh(mean.mean), p: mean.p };
}

/** All readers first, then each. Null where no order is given. */
export function describeCourse({ readers, first }: StudyTable, absences: Absences): readonly ReaderCourse[] | null {
  const ordered = readers
    .map((reader) => ({ reader, trials: inOrder(trialsOf(first, reader)) }))
    .filter(({ trials }) => trials.length > 0);
  if (ordered.length === 0)
    return absences.keep<readonly ReaderCourse[]>(null, 'course', 'The order of reading is not given.');
  const rows = ordered.map(({ reader, trials }) => ({
    reader,
    quarters: quarters.map((quarter) => summarise(quarter, quarterOf(trials, quarter))),
    accuracyTrend: trendOf(trials, (trial) => Number(isCorrect(trial))),
    reactionTrend: trendOf(trials, ({ reactionMs }) => reactionMs),
  }));
  const all = {
    reader: null,
    quarters: quarters.map((quarter) => summarise(quarter, ordered.flatMap(({ trials }) => quarterOf(trials, quarter)))), // prettier-ignore
    accuracyTrend: absences.keep(averageTrend(rows.map(({ accuracyTrend }) => accuracyTrend)), 'course.accuracyTrend', 'It needs two readers or more whose answers are right and wrong.'), // prettier-ignore
    reactionTrend: averageTrend(rows.map(({ reactionTrend }) => reactionTrend)),
  };
  return [all, ...rows];
}
