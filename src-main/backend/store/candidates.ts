/** What looks through folders found: kept while the project is open, never written, since paths may name patients. */
import type { ScanCandidate } from '#contract/records.ts';

export function candidatesHere() {
  const found = new Map<string, ScanCandidate[]>();
  return {
    insert: (jobId: string, candidate: ScanCandidate): void => {
      const earlier = found.get(jobId);
      if (earlier === undefined) found.set(jobId, [candidate]);
      else earlier.push(candidate);
    },

    /** In the order they were found. */
    ofJob: (jobId: string): readonly ScanCandidate[] => found.get(jobId) ?? [],

    deleteOfJob: (jobId: string): void => {
      found.delete(jobId);
    },
  };
}
