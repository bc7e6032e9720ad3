import { expect, onTestFinished, test } from 'vitest';
import { withOtherCheckpoints } from '#backend/checkpoints/otherCheckpoints.ts';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import type { ErrorShape } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import { exampleTrainJob } from '../exampleRecords.ts';
import { newProject, openBackend } from '../openBackend.ts';

test('a synthesis whose checkpoint is damaged names it and the others of its training', async () => {
  const backend = openBackend();
  const dir = await newProject(backend);
  await backend.close();
  const store = createStore(openForOwner(dir));
  onTestFinished(() => {
    store.close();
  });
  const training = exampleTrainJob({ state: 'succeeded' });
  store.jobs.insert(training);
  for (const iteration of [10, 20]) {
    store.checkpoints.insert({
      id: `c${String(iteration)}`,
      jobId: training.id,
      iteration,
      path: `checkpoints/c${String(iteration)}`,
      sha256: 'a'.repeat(64),
      bytes: 1,
      milestone: false,
      createdAt: `2026-01-01T00:00:${String(iteration)}Z`,
    });
  }
  const request = { kind: 'synthesize', checkpointId: 'c20', count: 1, seed: 0, truncation: 1, out: '/out' } as const;
  const job: Job = { ...training, kind: 'synthesize', request };
  const error: ErrorShape = { code: 'checkpoint-damaged', message: 'The weights have changed.' };
  const { message } = withOtherCheckpoints(error, store, job);
  expect(message).toContain('Checkpoint c20: The weights have changed.');
  expect(message).toContain('c10 (iteration 10)');
  const other: ErrorShape = { code: 'disk-full', message: 'Full.' };
  expect(withOtherCheckpoints(other, store, job)).toBe(other);
});
