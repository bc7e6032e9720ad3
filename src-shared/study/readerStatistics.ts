/** Each reader alone: right answers, test against chance with Holm's correction, d′, ROC area. */
import type { StudyProtocolKind } from '../contract/studies.ts';
import { binomialTest } from '../statistics/binomial.ts';
import { holm } from '../statistics/holm.ts';
import { median } from '../statistics/quantile.ts';
import { describeDetection, describeDiscrimination, type Detection, type Discrimination } from './detection.ts';
import type { Absences } from './outcome.ts';
import { trialsOf, type StudyTable } from './studyTable.ts';

export interface ReaderStatistics extends Detection, Discrimination {
  readonly reader: string;
  /** Exact, two-sided, against 0.5; and adjusted for as many readers. */
  readonly binomialP: number;
  readonly binomialPHolm: number;
  readonly medianReactionMs: number | null;
}

export function describeReaders(
  { readers, first }: StudyTable,
  { absences, protocol }: { readonly absences: Absences; readonly protocol: StudyProtocolKind },
): readonly ReaderStatistics[] {
  const plain = readers
    .map((reader) => ({ reader, trials: trialsOf(first, reader) }))
    .filter(({ trials }) => trials.length > 0)
    .map(({ reader, trials }) => {
      const detection = describeDetection(trials);
      const times = trials.map(({ reactionMs }) => reactionMs).filter((time) => time !== null);
      return {
        reader,
        ...detection,
        binomialP: binomialTest(detection.correct, detection.trials),
        ...describeDiscrimination(trials, { reader, protocol, absences }),
        medianReactionMs: times.length === 0 ? null : median(times),
      };
    });
  const adjusted = holm(plain.map(({ binomialP }) => binomialP));
  return plain.map((row, index) => ({ ...row, binomialPHolm: adjusted[index] ?? row.binomialP }));
}
