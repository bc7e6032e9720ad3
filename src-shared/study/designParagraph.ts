/** The paragraph on the design that a paper needs: what was registered, how it was blinded, and the hashes that show it. */
import type { StudyProtocol } from '../contract/studies.ts';

export interface RegisteredStudy {
  readonly name: string;
  readonly lockedAt: string | null;
  readonly closedAt: string | null;
  /** Of Doppel, at the lock. */
  readonly version: string;
  readonly protocol: StudyProtocol;
  readonly commitments: { readonly protocol: string; readonly key: string };
  readonly lastHash: string;
  readonly excluded: readonly { readonly reader: string; readonly reason: string }[];
}

const counted = (n: number, one: string, many = `${one}s`): string => `${String(n)} ${n === 1 ? one : many}`;
const day = (iso: string | null): string => iso?.slice(0, 10) ?? 'an unknown day';
const sourceWords = {
  heldout: 'held out from training',
  train: 'of the training split',
  all: 'of all splits, training included',
} as const;

/** In English, past tense. `models`: what made the synthetic scans, as far as it is known. */
export function designParagraph(study: RegisteredStudy, models: readonly string[]): string {
  const { protocol, commitments } = study;
  const { design, fairness } = protocol;
  const isPair = design.protocol === 'pair';
  const scanTools = design.tools.length === 0 ? 'no tools' : `these tools: ${design.tools.join(', ')}`;
  const worst = fairness.cues.toSorted((a, b) => b.auc - a.auc)[0];
  const sentences = [
    `The reader study “${study.name}” followed a protocol that was locked on ${day(study.lockedAt)}, before the first reading (Doppel ${study.version}), and closed on ${day(study.closedAt)}.`,
    `Each of ${counted(protocol.readers.length, 'reader')} was to judge ${counted(design.trials, isPair ? 'pair of a real and a synthetic scan' : 'scan', isPair ? 'pairs of a real and a synthetic scan' : 'scans')}${isPair ? '' : ', half of them synthetic'}${design.repeats > 0 ? `, ${String(design.repeats)} of them twice` : ''}${design.practice > 0 ? `, after ${counted(design.practice, 'practice trial')} that took no part in the analysis` : ''}.`,
    `Real scans came from the dataset “${design.real.dataset}” (${sourceWords[design.real.split]})${models.length === 0 ? '' : `; synthetic scans were made by ${models.join(', ')}`}.`,
    `The order was random for each reader (seed ${String(design.seed)}), without feedback, with ${design.timeLimitSeconds === null ? 'no time limit' : `${String(design.timeLimitSeconds)} s for an answer`} and ${scanTools}.`,
    'Scans of both kinds passed one chain: brain mask, the same percentiles, one grid, 4096 intensity levels, and equal file headers and sizes.',
    `Before the lock, cross-validated classifiers tried to tell the two kinds apart by ${counted(fairness.cues.length, 'trivial cue')}${worst === undefined ? '' : `; the largest area under the ROC curve was ${worst.auc.toFixed(2)} (${worst.cue})`}${protocol.overrideFairness === null ? '' : `; the study was locked all the same, for this reason: ${protocol.overrideFairness}`}.`,
    'The truth was encrypted until the study was closed, and every event was written to a hash chain.',
    ...study.excluded.map(({ reader, reason }) => `The answers of ${reader} were left out (${reason}).`),
    `Commitments (SHA-256): protocol ${commitments.protocol}, key ${commitments.key}; last hash of the log ${study.lastHash}.`,
  ]; // prettier-ignore
  return sentences.join(' ');
}
