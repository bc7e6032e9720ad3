/** One answer of one reader to one case, as every reader study of real and synthetic scans has it. */

/** 6: definitely synthetic, 5: probably, 4: possibly; 3: possibly real, 2: probably, 1: definitely real. */
export const scores = [1, 2, 3, 4, 5, 6] as const;
export type Score = (typeof scores)[number];

export interface Trial {
  readonly reader: string;
  /** Names the scan, the same for all readers. */
  readonly caseId: string;
  /** The truth; the signal of this detection task is "synthetic". */
  readonly isSynthetic: boolean;
  readonly score: Score;
  readonly reactionMs: number | null;
  /** Which sitting of the reader it belongs to, and its place there; both only have to sort. */
  readonly session: string | null;
  readonly order: number | null;
  /** What made a synthetic scan. */
  readonly model: string | null;
  /** Of the reader: years of experience. */
  readonly expertise: number | null;
  /** 0: the reader sees the case for the first time; 1 and more: again. */
  readonly repeat: number;
}

export const calledSynthetic = (score: Score): boolean => score > 3;

export const isCorrect = ({ score, isSynthetic }: Trial): boolean => calledSynthetic(score) === isSynthetic;

/** 1: possibly, 2: probably, 3: definitely, whichever way. */
export const confidenceOf = (score: Score): number => (calledSynthetic(score) ? score - 3 : 4 - score);

/** The scale read as a probability that the scan is synthetic, in equal steps: 0, 0.2 … 1. */
export const probabilityOf = (score: Score): number => (score - 1) / 5;
