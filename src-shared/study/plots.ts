/** What a report draws, as numbers: ROC curves, forest of the readers, histogram of the scores, agreement matrix. */
import { rocPoints, type RocPoint } from '../statistics/rocCurve.ts';
import type { Agreement } from './agreement.ts';
import { scoresOf } from './detection.ts';
import type { Range } from './outcome.ts';
import type { PooledStatistics } from './pooledStatistics.ts';
import type { ReaderStatistics } from './readerStatistics.ts';
import { trialsOf, type StudyTable } from './studyTable.ts';
import { scores } from './trial.ts';

export interface ForestRow {
  /** Null: the average of the readers, for random readers and random cases. */
  readonly reader: string | null;
  readonly accuracy: number;
  readonly ci95: Range | null;
}

export interface Plots {
  readonly roc: readonly { readonly reader: string; readonly points: readonly RocPoint[] }[];
  /** Of all answers, as if one reader had given them. */
  readonly pooledRoc: readonly RocPoint[];
  readonly forest: readonly ForestRow[];
  /** Answers by score. */
  readonly scores: readonly { readonly score: number; readonly real: number; readonly synthetic: number }[];
  /** Cohen's κ of the verdicts, `[reader][reader]`; 1 on the diagonal, null where it is not defined. */
  readonly agreement: { readonly readers: readonly string[]; readonly kappa: readonly (readonly (number | null)[])[] };
}

export interface PlotSource {
  readonly readers: readonly ReaderStatistics[];
  readonly pooled: PooledStatistics;
  readonly agreement: Agreement;
}

export function describePlots(table: StudyTable, { readers, pooled, agreement }: PlotSource): Plots {
  const kappaOf = (a: string, b: string): number | null => {
    if (a === b) return 1;
    const pair = agreement.pairs.find(({ readers: both }) => both.includes(a) && both.includes(b));
    return pair?.kappa ?? null;
  };
  return {
    roc: table.readers.map((reader) => ({ reader, points: rocPoints(scoresOf(trialsOf(table.first, reader))) })),
    pooledRoc: rocPoints(scoresOf(table.first)),
    forest: [
      ...readers.map(({ reader, accuracy, wilson95 }) => ({ reader, accuracy, ci95: wilson95 })),
      {
        reader: null,
        accuracy: pooled.randomEffects?.estimate ?? pooled.accuracy,
        ci95: pooled.randomEffects?.ci95 ?? pooled.bootstrap95,
      },
    ],
    scores: scores.map((score) => {
      const such = table.first.filter((trial) => trial.score === score);
      const synthetic = such.filter(({ isSynthetic }) => isSynthetic).length;
      return { score, real: such.length - synthetic, synthetic };
    }),
    agreement: {
      readers: table.readers,
      kappa: table.readers.map((a) => table.readers.map((b) => kappaOf(a, b))),
    },
  };
}
