import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newProject, openBackend } from '../backend/openBackend.ts';
import { exampleProject } from '../backend/studies/exampleStudy.ts';
import { temporaryFolder } from '../backend/temporaryFolder.ts';
import { runCli } from './runCli.ts';

test('a study goes from create to report in the words of the command line', { timeout: 300_000 }, async () => {
  const backend = openBackend();
  const { project, synthetic } = await exampleProject(backend, 3);
  await backend.close();
  const folder = temporaryFolder();
  const secret = join(folder, 'secret.txt');
  writeFileSync(secret, 'correct horse battery staple\n');
  const study = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const result = await runCli(folder, 'study', ...args, '--project', project, '--json');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.json();
  };

  const created = await study('create', '--name', 'turing', '--real', 'dataset:adults:all', '--synthetic', synthetic, '--readers', 'a,b', '--protocol', 'single', '--trials', '6', '--seed', '3'); // prettier-ignore
  expect(created).toMatchObject({ name: 'turing', state: 'ready', readers: [{ name: 'a', total: 6 }, { name: 'b' }], fairness: { cues: expect.any(Array) as unknown[] } }); // prettier-ignore
  const locked = await study('lock', '--passphrase-file', secret, '--override-fairness', 'few scans');
  expect(locked).toMatchObject({ state: 'locked', commitments: { key: expect.stringMatching(/^[0-9a-f]{64}$/) as string } }); // prettier-ignore
  for (const reader of ['a', 'b']) {
    for (let index = 1; index <= 6; index++) {
      const next = await study('next', '--study', 'turing', '--reader', reader);
      expect(next).toEqual({ trialId: expect.any(String) as string, volumePath: expect.any(String) as string, index, total: 6 }); // prettier-ignore
      expect(readFileSync(String(next['volumePath'])).length).toBe(352 + 2 * 24 ** 3);
      const verdict = index % 2 === 0 ? ['synthetic', '6'] : ['real', '2'];
      await study('answer', '--trial', String(next['trialId']), '--reader', reader, '--verdict', verdict[0] ?? '', '--confidence', verdict[1] ?? ''); // prettier-ignore
    }
    expect(await study('next', '--study', 'turing', '--reader', reader)).toEqual({ done: true });
  }
  expect(await study('close', '--passphrase-file', secret)).toMatchObject({ state: 'closed' });
  const report = await study('report');
  const number = expect.any(Number) as number;
  const range = [number, number];
  expect(report).toMatchObject({
    readers: [{ reader: 'a', trials: 6, accuracy: number, wilson95: range, binomialP: number, dPrime: number, criterion: number, auc: number }, { reader: 'b' }],
    pooled: expect.any(Object) as object,
    tost: { margin: 0.1, pLower: number, pUpper: number, equivalent: expect.any(Boolean) as boolean },
  }); // prettier-ignore
  for (const name of ['fleissKappa', 'krippendorffAlpha', 'mrmc']) expect(report).toHaveProperty(name);
  expect(await study('verify')).toMatchObject({ ok: true });

  const key = join(project, 'studies', String(created['id']), 'key.json');
  writeFileSync(key, readFileSync(key, 'utf8').replace('sealed', 'seal3d'));
  const changed = await runCli(folder, 'study', 'verify', '--project', project, '--json');
  expect(changed.code).toBe(1);
  expect(changed.json()).toMatchObject({ ok: false, problems: [{ what: 'key', where: 'key.json' }] });
});

test('a reader on another workstation reads from a pack, in the words of the command line', { timeout: 300_000 }, async () => {
  const backend = openBackend();
  const { project, synthetic } = await exampleProject(backend, 3);
  const away = await newProject(backend);
  await backend.close();
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), `${text}\n`);
    return join(folder, name);
  };
  const [secret, packSecret, pin] = [file('secret.txt', 'correct horse battery staple'), file('pack.txt', 'for reader a'), file('pin.txt', '2468')]; // prettier-ignore
  const study = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const result = await runCli(folder, 'study', ...args, '--json');
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.json();
  };
  const here = ['--project', project];
  const there = ['--project', away];
  await study('create', ...here, '--name', 'turing', '--real', 'adults:all', '--synthetic', synthetic, '--readers', 'a,b', '--years', 'a=12', '--role', 'a=neuroradiologist', '--pin', `a=${pin}`, '--trials', '4', '--seed', '3'); // prettier-ignore
  await study('lock', ...here, '--passphrase-file', secret, '--override-fairness', 'few scans');
  const pack = join(folder, 'a.doppel-pack');
  expect(await study('export', ...here, '--reader', 'a', '--out', pack, '--passphrase-file', packSecret)).toMatchObject({ path: pack, cases: 4 }); // prettier-ignore
  expect(await runCli(folder, 'study', 'import', pack, ...there)).toMatchObject({ code: 2, stderr: expect.stringContaining('--passphrase-file') as string }); // prettier-ignore
  expect(await runCli(folder, 'study', 'import', pack, ...there, '--passphrase-file', secret)).toMatchObject({ code: 1, stderr: expect.stringContaining('does not open') as string }); // prettier-ignore
  expect(await study('import', pack, ...there, '--passphrase-file', packSecret)).toMatchObject({ name: 'turing', state: 'reading', readers: [{ name: 'a', role: 'neuroradiologist', years: 12, hasPin: true }] }); // prettier-ignore
  expect(await runCli(folder, 'study', 'next', ...there, '--reader', 'a')).toMatchObject({ code: 1, stderr: expect.stringContaining('has a PIN') as string }); // prettier-ignore
  for (;;) {
    const next = await study('next', ...there, '--reader', 'a', '--pin-file', pin);
    if (next['done'] === true) break;
    await study('answer', ...there, '--reader', 'a', '--pin-file', pin, '--trial', String(next['trialId']), '--verdict', 'real', '--confidence', '2'); // prettier-ignore
  }
  const answers = join(folder, 'a.doppel-answers');
  expect(await study('answers', ...there, '--out', answers)).toMatchObject({ reader: 'a', answered: 4, total: 4 });
  expect(await study('import', answers, ...here)).toMatchObject({ state: 'locked', merged: { reader: 'a', answered: 4 } }); // prettier-ignore
  expect(await runCli(folder, 'study', 'import', answers, ...here)).toMatchObject({ code: 1, stderr: expect.stringContaining('merged already') as string }); // prettier-ignore
  await study('close', ...here, '--passphrase-file', secret);
  expect(await study('report', ...here)).toMatchObject({ readers: [{ reader: 'a', trials: 4 }] });
  expect(await study('verify', ...here)).toMatchObject({ ok: true });
  expect(await study('delete', ...there, '--discard-answers')).toMatchObject({ deleted: expect.any(String) as string });
  expect(await runCli(folder, 'study', 'delete', ...here)).toMatchObject({ code: 1, stderr: expect.stringContaining('is closed and stays') as string }); // prettier-ignore
}); // prettier-ignore
