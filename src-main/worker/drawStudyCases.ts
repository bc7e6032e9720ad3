/** Draws the scans that a study's report shows: three slices each, all with one window. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { TaskOf } from '#contract/jobs.ts';
import type { DrawnCase } from '#contract/studies.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { drawCase } from '#imaging/casePicture.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { cancelledError, type WorkerContext } from './context.ts';

/** Prepared scans hold background as -1, and nothing above 1. */
const window = { low: -1, high: 1 };

export async function drawStudyCases({ cases }: TaskOf<'study-pictures'>, context: WorkerContext): Promise<void> {
  const pictures: DrawnCase[] = [];
  for (const { caseId, path, out, marks } of cases) {
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) throw cancelledError();
    const { volume } = await readVolume(path);
    const { png, width, height, marks: places } = drawCase({ volume, ...window }, marks);
    await mkdir(dirname(out), { recursive: true });
    await writeFileAtomic(out, png);
    pictures.push({ caseId, width, height, marks: places.map((of) => [...of]) });
  }
  context.send({ type: 'pictures', pictures });
}
