import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBackend, type TestBackend } from '../openBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { exampleProject, exampleStudy, type ExampleProject } from './exampleStudy.ts';

/** Everything a reader's window is told in a whole study, with random names and times made equal. */
async function everythingTold(backend: TestBackend, example: ExampleProject): Promise<string> {
  const { id: study } = await exampleStudy(backend, example);
  const asked = { project: example.project, study, reader: 'a' };
  const before = backend.events.length;
  const { id: projectId } = await backend.call('project.show', { project: example.project });
  const told: unknown[] = [await backend.call('study.unlockReader', { ...asked, pin: null })];
  told.push(await backend.call('study.event', { ...asked, event: 'begin' }));
  for (;;) {
    const next = await backend.call('study.next', asked);
    told.push(next);
    if ('done' in next) break;
    const { path } = await backend.call('file.locate', { projectId, kind: 'trial', id: next.trialId });
    told.push(path.replace(example.project, ''), statSync(path).size, readFileSync(path).toString('hex', 0, 352));
    told.push(await backend.call('study.answer', { ...asked, trial: next.trialId, answer: exampleAnswer() }));
  }
  told.push(await backend.call('study.show', { project: example.project, study }).then(({ readers, logLines }) => ({ readers, logLines }))); // prettier-ignore
  told.push(backend.events.slice(before));
  return JSON.stringify(told)
    .replaceAll(/[0-9a-f]{32}/g, 'NAME')
    .replaceAll(study, 'STUDY');
}

test('nothing that a reader’s window is told depends on the truth', { timeout: 180_000 }, async () => {
  const backend = openBackend();
  const first = await exampleProject(backend, 4);
  const flipped = await exampleProject(backend, 4, undefined, true);
  const told = await everythingTold(backend, first);
  expect(await everythingTold(backend, flipped)).toBe(told);
  expect(told).not.toMatch(/sub-|synthetic|isSynthetic|real\//);
});
