/** Which trainings may be compared: those of one split, budget and device. What sets groups apart is said in words. */
import type { LeaderboardReport, LeaderboardTraining } from '#contract/evidence/leaderboard.ts';

export type MeasuredTraining = LeaderboardReport['groups'][number]['rows'][number];

const number = (value: number): string => String(Number(value.toPrecision(4)));

function budgetWords({ until }: LeaderboardTraining): string {
  return 'minutes' in until ? `${number(until.minutes)} minutes of training` : `${number(until.iterations)} iterations`;
}

/** Minutes are worth more on a faster device; a checkpoint to begin with, and a stop half-way, change what was spent. */
function wordsOf(training: LeaderboardTraining, current: string): string {
  const parts = [
    budgetWords(training),
    `on ${training.device ?? 'an unknown device'}`,
    ...(training.isContinued ? ['begun with the networks of a checkpoint'] : []),
    ...(training.isWhole ? [] : ['stopped before its end']),
    ...(training.fingerprint === current ? [] : ['on the dataset as it was before scans were taken out or put back']),
  ];
  return `${parts.join(', ')}.`;
}

/** What trainings share that may be compared. */
const keyOf = ({ until, device, isContinued, isWhole, fingerprint }: LeaderboardTraining): string =>
  JSON.stringify([until, device, isContinued, isWhole, fingerprint]);

const learned = (extractor: string | null): boolean => extractor !== null && !extractor.startsWith('random');

/** Groups in the order in which they first come, each with the nearest to the real scans first. */
export function groupTrainings(
  rows: readonly MeasuredTraining[],
  { fingerprint, heldout }: { readonly fingerprint: string; readonly heldout: number },
): Pick<LeaderboardReport, 'groups' | 'rankedBy' | 'notes'> {
  const extractors = (rows[0]?.measures ?? []).filter(({ name }) => name === 'mmdRbf').map(({ extractor }) => extractor);
  const rankedBy = { name: 'mmdRbf' as const, extractor: extractors.find(learned) ?? extractors[0] ?? null };
  const distance = ({ measures }: MeasuredTraining): number =>
    measures.find(({ name, extractor }) => name === rankedBy.name && extractor === rankedBy.extractor)?.figure.value ?? Infinity; // prettier-ignore
  const groups = Map.groupBy(rows, keyOf);
  const several = groups.size > 1;
  return {
    rankedBy,
    groups: [...groups.values()].map((of) => ({
      words: wordsOf(of[0] as MeasuredTraining, fingerprint),
      rows: of.toSorted((a, b) => distance(a) - distance(b)),
    })),
    notes: [
      ...(several ? ['Trainings of different budgets, devices or splits stand in different groups: across groups the figures do not say which model is better.'] : []),
      ...(heldout === 0 ? ['The dataset holds out no scans: all are compared with what they were trained on, so that a model that copies its training scans looks best.'] : []),
      ...(heldout > 0 && heldout < 20 ? [`There are ${String(heldout)} held-out scans: intervals are wide, and an order within them means little.`] : []),
      'One training a model says nothing of how much a model differs from training to training: repeat it with other seeds.',
    ],
  };
} // prettier-ignore
