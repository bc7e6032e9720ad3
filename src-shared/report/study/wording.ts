/** What a study's report calls its trials, its answers and their sources. */
import type { ReportedAnswer, StudyReport } from '../../contract/studyCommands.ts';
import { scoreOf } from '../../study/answerScores.ts';
import type { RandomEffects } from '../../study/pooledStatistics.ts';
import { plural } from './numbers.ts';

export interface Wording {
  /** What is judged, one and many. */
  readonly item: string;
  readonly items: string;
  /** The two kinds: what a hit is about, and the other. */
  readonly signal: string;
  readonly noise: string;
}

/** Of a pair the question is whether the second scan is the synthetic one. */
export const wordingOf = ({ study }: StudyReport): Wording =>
  study.protocol.design.protocol === 'pair'
    ? { item: 'pair', items: 'pairs', signal: 'second is synthetic', noise: 'first is synthetic' }
    : { item: 'scan', items: 'scans', signal: 'synthetic', noise: 'real' };

const sureness = ['definitely', 'probably', 'possibly'] as const;

/** The six scores in words, from 1. */
export function scoreWords({ signal, noise }: Wording): readonly string[] {
  return [...sureness.map((word) => `${word} ${noise}`), ...sureness.toReversed().map((word) => `${word} ${signal}`)];
}

export function answerWords(report: StudyReport, { answer }: ReportedAnswer): string {
  const score = scoreOf(answer, report.study.confidenceUse);
  return `${scoreWords(wordingOf(report))[score - 1] ?? ''} (${score})`;
}

/** How many readers, scans and answers the numbers of a section are made of. */
export function basis({ design }: StudyReport, { items, signal, noise }: Wording): string {
  return `${plural(design.readers, 'reader')}, ${design.realCases} ${items} (${noise}) and ${design.syntheticCases} ${items} (${signal}), ${plural(design.trials, 'first answer')}`;
}

/** How a figure for random readers and random cases was found. */
export const methodWords = ({ method }: Pick<RandomEffects, 'method'>): string =>
  method === 'obuchowski-rockette'
    ? 'Obuchowski–Rockette: covariances by the jackknife over cases, degrees of freedom after Hillis'
    : 'Gallas’ U-statistics, as readers saw different cases; every answer counts alike';
