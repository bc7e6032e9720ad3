import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { studyKey } from '#backend/studies/sealedFiles.ts';
import { unseal } from '#backend/studies/sealing.ts';
import { openBackend } from '../openBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { asReader, exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';

const timeout = 120_000;

test('a study is created, locked, read, closed and reported, and verifies throughout', { timeout }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 6);
  const { project } = example;
  const locked = await exampleStudy(backend, example, { repeats: 2, practice: 2, readers: [asReader('a'), asReader('b')] }); // prettier-ignore
  expect(locked).toMatchObject({ state: 'locked', logLines: 1, readers: [{ name: 'a', answered: 0, total: 12 }, {}] });
  const inStudy = { project, study: locked.id };
  const wanted = { project, study: null };

  const answered = new Map<string, number>();
  for (const reader of ['a', 'b']) {
    for (let index = 1; index <= 12; index++) {
      const next = await backend.call('study.next', { ...wanted, reader });
      if ('done' in next) throw new Error('The study ended early.');
      expect(next).toMatchObject({ index, total: 12, isPractice: index <= 2, volumes: [next.trialId] });
      expect(next.trialId).toMatch(/^[0-9a-f]{32}$/);
      expect(await backend.call('study.next', { ...wanted, reader })).toEqual(next);
      const { id: projectId } = await backend.call('project.show', { project });
      const { path } = await backend.call('file.locate', { projectId, kind: 'trial', id: next.trialId });
      answered.set(path, (answered.get(path) ?? 0) + 1);
      const answer = exampleAnswer(index % 2 === 0 ? { verdict: 'synthetic', confidence: 5 } : {});
      expect(await backend.call('study.answer', { ...wanted, reader, trial: next.trialId, answer })).toEqual({ answered: index, total: 12 }); // prettier-ignore
    }
    expect(await backend.call('study.next', { ...wanted, reader })).toEqual({ done: true });
  }
  expect(answered.size).toBe(10); // 8 trials and 2 of practice
  expect(await backend.call('study.verify', inStudy)).toMatchObject({ ok: true, problems: [], notices: [] });
  expect(await backend.dispatch('study.report', inStudy)).toMatchObject({ ok: false, error: { code: 'wrong-state' } });

  const refused = await backend.dispatch('study.close', { ...inStudy, passphrase: 'another passphrase' });
  expect(refused).toMatchObject({ ok: false, error: { code: 'wrong-passphrase' } });
  expect(await backend.call('study.close', { ...inStudy, passphrase })).toMatchObject({ state: 'closed' });
  expect(await backend.call('study.verify', inStudy)).toMatchObject({ ok: true, problems: [] });
  const late = await backend.dispatch('study.next', { ...inStudy, reader: 'a' });
  expect(late).toMatchObject({ ok: false, error: { code: 'wrong-state' } });

  const report = await backend.call('study.report', inStudy);
  expect(report).toMatchObject({
    readers: [{ reader: 'a', trials: 8 }, { reader: 'b', trials: 8 }],
    tost: { margin: 0.1 },
    unanswered: 0,
    design: { realCases: 4, syntheticCases: 4, repeats: 4 },
    study: { confidenceUse: 'scale', commitments: locked.commitments ?? {} },
  }); // prettier-ignore
  expect(report.answers).toHaveLength(20);
  expect(
    report.files.filter((path) => path.endsWith('.csv')).map((path) => readFileSync(path, 'utf8').split('\r\n')[0]),
  ).toEqual([
    'reader,case,truth,score,reaction_ms,session,order,model,repeat,expertise',
    'readerID,caseID,modalityID,score',
  ]);
});

test('answers out of order, twice, of another reader or to another question are refused', { timeout }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 4);
  const { id } = await exampleStudy(backend, example, { readers: [asReader('a'), asReader('b', '2468')] });
  const inStudy = { project: example.project, study: id };
  const answer = exampleAnswer();
  const first = await backend.call('study.next', { ...inStudy, reader: 'a' });
  if ('done' in first) throw new Error('There is no trial.');
  const trial = first.trialId;
  const refuse = async (input: object, code: string): Promise<void> => {
    const reply = await backend.dispatch('study.answer', { ...inStudy, reader: 'a', trial, answer, ...input });
    expect(reply).toMatchObject({ ok: false, error: { code } });
  };
  await refuse({ trial: 'f'.repeat(32) }, 'wrong-state');
  await refuse({ answer: exampleAnswer({ verdict: 'first' }) }, 'usage');
  await refuse({ answer: { ...answer, confidence: 7 } }, 'usage');
  await refuse({ reader: 'nobody' }, 'not-found');
  await refuse({ reader: 'b' }, 'wrong-passphrase'); // the PIN comes first
  const wrong = await backend.dispatch('study.unlockReader', { ...inStudy, reader: 'b', pin: '1357' });
  expect(wrong).toMatchObject({ ok: false, error: { code: 'wrong-passphrase' } });
  await backend.call('study.unlockReader', { ...inStudy, reader: 'b', pin: '2468' });
  await refuse({ reader: 'b' }, 'wrong-state'); // a trial that was shown to a
  await backend.call('study.answer', { ...inStudy, study: null, reader: 'a', trial, answer });
  await refuse({}, 'wrong-state'); // twice
  await backend.call('study.exclude', { ...inStudy, reader: 'a', reason: 'saw the key' });
  const gone = await backend.dispatch('study.next', { ...inStudy, reader: 'a' });
  expect(gone).toMatchObject({ ok: false, error: { code: 'wrong-state' } });
});

test('the files of both kinds differ in nothing but voxels, and the truth is nowhere until the study is closed', { timeout }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 4);
  const { id } = await exampleStudy(backend, example);
  const folder = join(example.project, 'studies', id);
  const cases = readdirSync(join(folder, 'cases')).map((name) => join(folder, 'cases', name));
  expect(new Set(cases.map((path) => statSync(path).size)).size).toBe(1);
  expect(new Set(cases.map((path) => readFileSync(path).subarray(0, 352).toString('hex'))).size).toBe(1);
  await backend.close();
  const database = ['project.sqlite', 'project.sqlite-wal'].flatMap((name) => {
    try {
      return [readFileSync(join(example.project, name)).toString('latin1')];
    } catch {
      return [];
    }
  });
  expect(database.join('')).not.toContain('isSynthetic');
  const sealed = readFileSync(join(folder, 'key.json'), 'utf8');
  const key = studyKey.parse(JSON.parse((await unseal(sealed, passphrase)).toString('utf8')));
  expect(Object.values(key.cases).filter(({ isSynthetic }) => isSynthetic)).toHaveLength(4);
}); // prettier-ignore

test('pairs show one scan of each kind, and project check knows the files of a study', { timeout }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 5);
  const { project } = example;
  const { id } = await exampleStudy(backend, example, { protocol: 'pair', trials: 4, practice: 1, repeats: 1 });
  const inStudy = { project, study: id };
  const { id: projectId } = await backend.call('project.show', { project });
  const seen: string[][] = [];
  for (;;) {
    const next = await backend.call('study.next', { ...inStudy, reader: 'a' });
    if ('done' in next) break;
    expect(next.volumes).toEqual([`${next.trialId}a`, `${next.trialId}b`]);
    const located = next.volumes.map((volume) => backend.call('file.locate', { projectId, kind: 'trial', id: volume }));
    seen.push((await Promise.all(located)).map(({ path }) => basename(path, '.nii')));
    const answer = exampleAnswer({ verdict: 'second', confidence: 5 });
    await backend.call('study.answer', { ...inStudy, reader: 'a', trial: next.trialId, answer });
  }
  expect(seen).toHaveLength(6);
  expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
  await backend.call('study.close', { ...inStudy, passphrase });
  const { answers, design } = await backend.call('study.report', inStudy);
  for (const { truth } of answers) expect(truth.map(({ isSynthetic }) => isSynthetic).sort()).toEqual([false, true]);
  expect(design).toMatchObject({ trials: 4, repeats: 1 });
  expect(await backend.call('study.verify', inStudy)).toMatchObject({ ok: true });
});
