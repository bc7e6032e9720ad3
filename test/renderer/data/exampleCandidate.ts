/** A file as a look through a folder would find it: a good scan of the subject that its folder is called. */
import type { ScanCandidate } from '#contract/records.ts';

export function exampleCandidate(path: string, changes: Partial<ScanCandidate> = {}): ScanCandidate {
  return {
    path,
    subject: path.split('/')[0] ?? null,
    session: null,
    verdict: 'ok',
    code: 'ok',
    reason: '',
    format: 'nifti1',
    size: [10, 10, 10],
    spacingMm: [1, 1, 1],
    orientation: 'RAS',
    reachMm: [70, 70, 70],
    thumbnail: null,
    frames: 1,
    files: 1,
    until: null,
    ...changes,
  };
}
