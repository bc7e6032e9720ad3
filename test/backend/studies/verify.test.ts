import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StudyVerification } from '#contract/studyCommands.ts';
import { openBackend, type TestBackend } from '../openBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';

const timeout = 120_000;

interface ReadStudy {
  readonly folder: string;
  verify(): Promise<StudyVerification>;
}

/** A study with two answers. */
async function readStudy(
  backend: TestBackend,
): Promise<ReadStudy & { readonly inStudy: { project: string; study: string } }> {
  // prettier-ignore
  const example = await exampleProject(backend, 4);
  const { id } = await exampleStudy(backend, example);
  const inStudy = { project: example.project, study: id };
  for (let trial = 0; trial < 2; trial++) {
    const next = await backend.call('study.next', { ...inStudy, reader: 'a' });
    if ('done' in next) throw new Error('There is no trial.');
    await backend.call('study.answer', { ...inStudy, reader: 'a', trial: next.trialId, answer: exampleAnswer() });
  }
  return {
    inStudy,
    folder: join(example.project, 'studies', id),
    verify: () => backend.call('study.verify', inStudy),
  };
}

/** What `verify` says with one byte of a file flipped; the file is as before afterwards. */
async function withFlip({ folder, verify }: ReadStudy, name: string, at: number): Promise<StudyVerification> {
  const path = join(folder, name);
  const before = readFileSync(path);
  const changed = Buffer.from(before);
  changed[at] = (changed[at] ?? 0) ^ 1;
  writeFileSync(path, changed);
  try {
    return await verify();
  } finally {
    writeFileSync(path, before);
  }
}

test('a byte flipped anywhere in log, key, protocol or a case is found and named', { timeout }, async () => {
  const backend = openBackend();
  const study = await readStudy(backend);
  expect(await study.verify()).toMatchObject({ ok: true, lines: 5 });
  const read = (name: string): Buffer => readFileSync(join(study.folder, name));

  const log = read('log.jsonl');
  for (let at = 0; at < log.length; at += 37) {
    const line = log.subarray(0, at).filter((byte) => byte === 10).length + 1;
    const found = await withFlip(study, 'log.jsonl', at);
    expect(found).toMatchObject({ ok: false, problems: [{ what: 'log', where: `log.jsonl line ${String(line)}` }] });
  }
  expect(await withFlip(study, 'log.jsonl', log.length - 1)).toMatchObject({ ok: false, problems: [{ what: 'log', where: 'log.jsonl line 5' }] }); // prettier-ignore

  const [someCase = ''] = readdirSync(join(study.folder, 'cases'));
  for (const [name, what] of [
    ['protocol.json', 'protocol'],
    ['key.json', 'key'],
    [`cases/${someCase}`, 'case'],
  ] as const) {
    // prettier-ignore
    const { length } = read(name);
    for (const at of [0, Math.floor(length / 3), Math.floor(length / 2), length - 1]) {
      const found = await withFlip(study, name, at);
      expect(found.ok).toBe(false);
      expect(found.problems[0]).toMatchObject({ what, where: name });
    }
  }
  expect(await study.verify()).toMatchObject({ ok: true });

  // After the end as well.
  await backend.call('study.close', { ...study.inStudy, passphrase });
  expect(await study.verify()).toMatchObject({ ok: true, lines: 7 });
  expect(await withFlip(study, 'opened.json', 100)).toMatchObject({ ok: false, problems: [{ what: 'key', where: 'opened.json' }] }); // prettier-ignore
});

test('a log that was shortened is found by what the project remembers, a line that a crash cut off is no change', { timeout }, async () => {
  const backend = openBackend();
  const study = await readStudy(backend);
  const path = join(study.folder, 'log.jsonl');
  const whole = readFileSync(path, 'utf8');
  const lines = whole.split('\n').slice(0, -1);
  writeFileSync(path, `${lines.slice(0, 3).join('\n')}\n`);
  expect(await study.verify()).toMatchObject({ ok: false, problems: [{ where: 'log.jsonl line 4' }] });
  const refused = await backend.dispatch('study.next', { ...study.inStudy, reader: 'a' });
  expect(refused).toMatchObject({ ok: false, error: { code: 'project-damaged' } });

  // A line that a crash cut off is no change; the next entry removes it and says so.
  writeFileSync(path, whole);
  appendFileSync(path, '{"at":"2026-01-01T0');
  expect(await study.verify()).toMatchObject({ ok: true, notices: [expect.stringContaining('cut off by a crash')] });
  expect(await backend.call('study.next', { ...study.inStudy, reader: 'a' })).toMatchObject({ index: 3 });
  expect(await study.verify()).toMatchObject({ ok: true, lines: 7, notices: [] });
  expect(readFileSync(path, 'utf8')).toContain('"type":"repair"');
}); // prettier-ignore
