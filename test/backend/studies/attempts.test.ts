import { expect, test } from 'vitest';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import { openBackend } from '../openBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { asReader, exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';

const timeout = 300_000;

test('wrong PINs and passphrases in a row have to wait, in another process too; time heals', { timeout }, async () => {
  const first = openBackend();
  const { project, synthetic } = await exampleProject(first, 4);
  const { id: study } = await exampleStudy(first, { project, synthetic }, { readers: [asReader('a', '2468')], timeLimitSeconds: 1 }); // prettier-ignore
  const asked = { project, study };
  const said = async (pin: string, backend = first): Promise<string> => {
    const reply = await backend.dispatch('study.unlockReader', { ...asked, reader: 'a', pin });
    return reply.ok ? 'open' : reply.error.message;
  };
  await Promise.all(['1111', '2222'].map((pin) => said(pin)));
  expect(await said('3333')).toMatch(/not the PIN/);
  await first.close();
  const between = createStore(openForOwner(project));
  expect(between.studies.attempts(study, 'pin a').failures).toBe(3);
  between.studies.setAttempts(study, 'pin a', { failures: 9, lastAt: new Date().toISOString() });
  between.close();

  const second = openBackend();
  expect(await said('2468', second)).toMatch(/9 wrong attempts in a row. Wait \d+ s/);
  await second.close();
  const store = createStore(openForOwner(project));
  store.studies.setAttempts(study, 'pin a', { failures: 3, lastAt: new Date(Date.now() - 6000).toISOString() });
  store.close();

  const third = openBackend();
  expect(await said('2468', third)).toBe('open');
  for (const wrong of ['one wrong', 'two wrong', 'three wrong']) await third.dispatch('study.close', { ...asked, passphrase: wrong }); // prettier-ignore
  const refused = await third.dispatch('study.close', { ...asked, passphrase });
  expect(refused).toMatchObject({ ok: false, error: { code: 'wrong-passphrase', message: expect.stringMatching(/Wait/) as string } }); // prettier-ignore

  // The study has a time limit of one second: whatever the window says, an answer after it is marked.
  const next = await third.call('study.next', { ...asked, reader: 'a' });
  if ('done' in next) throw new Error('There is no trial.');
  const shownAt = Date.now();
  await expect.poll(() => Date.now() - shownAt, { timeout: 10_000 }).toBeGreaterThan(3100);
  await third.call('study.answer', { ...asked, reader: 'a', trial: next.trialId, answer: exampleAnswer() });
  expect(await third.call('study.verify', asked)).toMatchObject({ ok: true });
  await third.close();
  const after = createStore(openForOwner(project));
  after.studies.setAttempts(study, 'passphrase', { failures: 0, lastAt: '' });
  after.close();
  const last = openBackend();
  await last.call('study.close', { ...asked, passphrase });
  expect((await last.call('study.report', asked)).answers.map(({ answer }) => answer.isTimedOut)).toEqual([true]);
});

test('a study that is not locked can be deleted, with its scans', { timeout }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 4);
  const { project } = example;
  const ready = await exampleStudy(backend, example, { lock: false });
  expect(await backend.call('study.delete', { project, study: ready.id, discardAnswers: false })).toBeNull();
  expect(await backend.call('study.list', { project })).toEqual([]);
  expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
  expect(await exampleStudy(backend, example, { lock: false })).toMatchObject({ name: 'turing', state: 'ready' });
});

test('an analysis can be ended', { timeout }, async () => {
  const backend = openBackend();
  const path = new URL('../../fixtures/study/trials.csv', import.meta.url).pathname;
  const running = backend.dispatch('study.analyze', { path, margin: 0.1, seed: 1 });
  await backend.call('study.stopAnalysis', {});
  expect(await running).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(await backend.call('study.analyze', { path, margin: 0.1, seed: 1 })).toMatchObject({ design: { readers: 4 } });
});
