/** Looks at each synthetic scan, as it is made, for being a copy of a training scan. */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { createCopyGuard, type CopyGuard, type KnownScan } from '#imaging/privacy/copyGuard.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { readDatasetVolume } from './datasetVolume.ts';

type Known = TaskOf<'synthesize'>['known'];

/** Null where no training scans are at hand, or they cannot be read, which is said: synthesis goes on. */
export async function openCopyGuard(known: Known, context: WorkerContext): Promise<CopyGuard | null> {
  if (known === null) return null;
  const { grid, scans } = known;
  const ofSplit = (split: 'train' | 'heldout'): readonly KnownScan[] =>
    scans
      .filter((scan) => scan.split === split)
      .map(({ id, path }) => ({ id, read: async () => (await readDatasetVolume(path, grid)).data }));
  const step = async (note: string): Promise<void> => {
    context.send({ type: 'progress', progress: { done: 0, total: 0, unit: 'volumes', secondsLeft: null, note } });
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) throw cancelledError();
  };
  try {
    return await createCopyGuard({ side: grid, training: ofSplit('train'), heldOut: ofSplit('heldout'), step });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'bad-input') throw thrown;
    context.send({ type: 'noticed', text: `The synthetic scans are not checked for copies of training scans. ${thrown.message}` }); // prettier-ignore
    return null;
  }
}

/** What is told at the end of a synthesis. */
export function setAsideWords(count: number, of: number): string {
  return `${String(count)} of ${String(of)} synthetic scans ${count === 1 ? 'is a suspected copy of a training scan and lies' : 'are suspected copies of training scans and lie'} apart in the folder quarantine. Look at ${count === 1 ? 'it' : 'them'} beside the training scans; "doppel evidence suspects" lists them, "doppel evidence release" lets one go.`;
}
