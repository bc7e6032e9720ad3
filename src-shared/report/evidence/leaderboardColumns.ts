/** The measures that have a column of the leaderboard at first sight; its report holds all. */
import type { LikenessMeasureName } from '#contract/evidence/likeness.ts';

export const leaderboardColumns = [
  'mmdRbf',
  'kid',
  'fd',
  'coverage',
  'c2stAuc',
  'msSsimGap',
  'mmdLinearUnbiased',
] as const satisfies readonly LikenessMeasureName[];
