/** Whether a reader answers a case that comes again as the first time. */
import { estimateAll, kappaOf, type AgreementOptions, type Estimate, type NamedStatistic } from './agreement.ts';
import type { Range } from './outcome.ts';
import type { StudyTable } from './studyTable.ts';
import { calledSynthetic, type Trial } from './trial.ts';

export interface RepeatAgreement {
  /** Null: all readers' pairs together. */
  readonly reader: string | null;
  /** Of a first answer and a later one to the same case. */
  readonly pairs: number;
  /** Share of equal verdicts. */
  readonly agreement: number;
  /** Cohen's κ of the verdicts, and quadratically weighted of the scores. */
  readonly kappa: number | null;
  readonly kappaCi95: Range | null;
  readonly weightedKappa: number | null;
  readonly weightedKappaCi95: Range | null;
}

type Pair = readonly [Trial, Trial];

/** A reader's own pairs among all, and theirs alone for the counts. */
interface Group {
  readonly reader: string | null;
  readonly belongs: (pair: Pair) => boolean;
}

function nameGroup({ reader, belongs }: Group, pairs: readonly Pair[]): readonly NamedStatistic[] {
  const own = pairs.map((pair) => (belongs(pair) ? pair : null));
  const reason = 'All answers are alike, so that chance alone would agree.';
  const of = reader ?? undefined;
  return [
    { compute: kappaOf(own, 'verdicts'), statistic: 'repeats.kappa', of, reason },
    { compute: kappaOf(own, 'scores'), statistic: 'repeats.weightedKappa', of, reason },
  ];
}

function describeGroup(
  { reader, belongs }: Group,
  pairs: readonly Pair[],
  [kappa, weighted]: readonly (Estimate | undefined)[],
): RepeatAgreement {
  const own = pairs.filter(belongs);
  return {
    reader,
    pairs: own.length,
    agreement: own.filter(([a, b]) => calledSynthetic(a.score) === calledSynthetic(b.score)).length / own.length,
    kappa: kappa?.value ?? null,
    kappaCi95: kappa?.ci95 ?? null,
    weightedKappa: weighted?.value ?? null,
    weightedKappaCi95: weighted?.ci95 ?? null,
  };
}

const keyOf = ({ reader, caseId }: Trial): string => JSON.stringify([reader, caseId]);

/** All readers together first, then each. Null where no case was shown twice. */
export function describeRepeats(
  { readers, first, repeats }: StudyTable,
  options: AgreementOptions,
): readonly RepeatAgreement[] | null {
  const known = new Map(first.map((trial) => [keyOf(trial), trial]));
  const pairs = repeats.flatMap((again): readonly Pair[] => {
    const before = known.get(keyOf(again));
    return before === undefined ? [] : [[before, again]];
  });
  if (pairs.length === 0)
    return options.absences.keep<readonly RepeatAgreement[]>(null, 'repeats', 'No reader was shown a case twice.');
  const groups: readonly Group[] = [
    { reader: null, belongs: () => true },
    ...readers
      .map((reader) => ({ reader, belongs: ([{ reader: whose }]: Pair) => whose === reader }))
      .filter(({ belongs }) => pairs.some(belongs)),
  ];
  const estimates = estimateAll(pairs.length, groups.flatMap((group) => nameGroup(group, pairs)), options); // prettier-ignore
  return groups.map((group, index) => describeGroup(group, pairs, [estimates[2 * index], estimates[2 * index + 1]]));
}
