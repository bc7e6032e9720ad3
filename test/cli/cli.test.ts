import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../backend/temporaryFolder.ts';
import { runCli, startCli } from './runCli.ts';

const timeout = 60_000;

test('--help shows every level with an example, exits 0, and starts at once', async () => {
  const folder = temporaryFolder();
  const levels = [
    [],
    ['project', 'create'],
    ['dataset', 'import'],
    ['train'],
    ['synthesize'],
    ['phantom'],
    ['sr-evaluate'],
    ['job', 'resume'],
    ['model', 'list'],
    ['study', 'analyze'],
    ['doctor'],
  ];
  for (const level of levels) {
    const startedAt = performance.now();
    const { code, stdout } = await runCli(folder, ...level, '--help');
    expect({ level, code, hasExample: stdout.includes('Example') }).toEqual({ level, code: 0, hasExample: true });
    expect(performance.now() - startedAt).toBeLessThan(3000); // 0.2 s on a quiet machine
  }
});

test.each([
  { args: ['dataset', 'import', 'x', '--grid', '32'], words: '--name' },
  { args: ['dataset', 'import', 'x', '--name', 'n', '--grid', 'many'], words: 'whole number of at least 8' },
  { args: ['dataset', 'import', 'x', '--name', 'n', '--grid', '32', '--holdout', '2'], words: 'from 0 to 0.9' },
  { args: ['dataset', 'import', '', '--name', 'n', '--grid', '32'], words: 'this one is empty' },
  { args: ['dataset', 'import', 'x', '--name', 'n', '--grid', '32', '--mask-steps', 'grow:2'], words: 'open:2' },
  {
    args: ['dataset', 'import', 'x', '--name', 'n', '--grid', '32', '--project', 'p', '--brain-mask', 'threshold'],
    words: '--mask-low',
  },
  { args: ['project', 'create', ''], words: 'this one is empty' },
  { args: ['job', 'list', '--project', ''], words: 'this one is empty' },
  { args: ['synthesize', '--count', '1', '--out', ''], words: 'this one is empty' },
  {
    args: ['train', '--dataset', 'd', '--model', 'm', '--iterations', '5', '--minutes', '5'],
    words: 'cannot be used with',
  },
  { args: ['train', '--dataset', 'd', '--model', 'm', '--set', 'width'], words: 'key=value' },
  { args: ['synthesize', '--out', 'o', '--count', '0'], words: 'at least 1' },
  { args: ['sr-evaluate', '--back-projection', '51'], words: 'from 0 to 50' },
  { args: ['paint'], words: 'unknown command' },
  { args: ['job'], words: 'Usage' },
  { args: ['job', 'list'], words: 'Which project?' },
])('wrong usage exits 2 with words: $args', async ({ args, words }) => {
  const plain = await runCli(temporaryFolder(), ...args);
  expect(plain).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) as string });
});

test('with --json an error is one document on stdout and words on stderr', async () => {
  const folder = temporaryFolder();
  const usage = await runCli(folder, 'dataset', 'import', 'x', '--grid', '32', '--json');
  expect(usage.code).toBe(2);
  expect(usage.json()).toMatchObject({
    error: { code: 'usage', message: expect.stringContaining('--name') as string },
  });
  const missing = await runCli(folder, 'job', 'list', '--project', 'none', '--json');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no project') as string });
  expect(missing.json()).toMatchObject({ error: { code: 'not-found' } });
});

test('from an empty folder to a dataset: create, phantom, import, show, check', { timeout }, async () => {
  const folder = temporaryFolder();
  expect((await runCli(folder, 'project', 'create', 'study', '--json')).json()).toMatchObject({
    path: join(folder, 'study.doppel'),
  });
  expect(await runCli(folder, 'phantom', '--out', 'scans', '--count', '3', '--seed', '5')).toMatchObject({ code: 0 });
  expect(existsSync(join(folder, 'scans', 'participants.tsv'))).toBe(true);

  const imported = await runCli(
    folder,
    'dataset',
    'import',
    'scans',
    '--name',
    'phantoms',
    '--grid',
    '16',
    '--holdout',
    '0.34',
    '--json',
  );
  expect(imported.code).toBe(0);
  expect(imported.json()).toMatchObject({
    dataset: { name: 'phantoms', grid: 16, volumes: 3, train: 2, heldout: 1 },
    files: [{ status: 'imported', code: 'ok' }, { status: 'imported' }, { status: 'imported' }],
  });
  const shown = (await runCli(folder, 'dataset', 'show', '--name', 'phantoms', '--json')).json();
  const volumes = shown['volumes'] as { path: string; attributes: object }[];
  expect(volumes.map(({ path }) => existsSync(path))).toEqual([true, true, true]);
  expect(volumes[0]?.attributes).toHaveProperty('age');
  const quality = (await runCli(folder, 'dataset', 'quality', '--name', 'phantoms', '--json')).json();
  expect(quality).toMatchObject({ dataset: 'phantoms', groups: [{ scans: 3, contrast: 'white-matter-bright' }] });
  expect(quality['scans']).toHaveLength(3);
  expect(quality['scans']).toMatchObject([{ accepted: false, odd: [], quality: { profile: expect.any(Array) as unknown } }, {}, {}]); // prettier-ignore
  const words = await runCli(folder, 'dataset', 'quality', '--name', 'phantoms');
  expect(words.stdout).toContain('None of 3 scans stands out.');
  expect(await runCli(folder, 'project', 'check')).toMatchObject({ code: 0 });

  const again = await runCli(folder, 'dataset', 'import', 'scans', '--name', 'phantoms', '--grid', '16', '--json');
  expect(again.code).toBe(1);
  expect(again.json()).toMatchObject({ error: { code: 'already-exists' } });
  mkdirSync(join(folder, 'nothing'));
  const none = await runCli(folder, 'dataset', 'import', 'nothing', '--name', 'other', '--grid', '16', '--json');
  expect(none.code).toBe(1);
  expect(none.json()).toMatchObject({ error: { code: 'no-usable-scans' }, dataset: null });
  expect((await runCli(folder, 'project', 'show', '--json')).json()).toMatchObject({ datasets: 1, volumes: 3 });
});

test('Ctrl-C cancels: exit 130, one document, and the job says so', { timeout }, async () => {
  const folder = temporaryFolder();
  await runCli(folder, 'project', 'create', 'study');
  const running = startCli(folder, 'phantom', '--out', 'scans', '--count', '500', '--seed', '5', '--json');
  await running.said('1 of 500');
  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect(ended.code).toBe(130);
  expect(ended.json()).toMatchObject({ error: { code: 'cancelled' }, job: { state: 'cancelled' } });
});

test('another terminal lists and cancels a running job', { timeout }, async () => {
  const folder = temporaryFolder();
  await runCli(folder, 'project', 'create', 'study');
  const running = startCli(folder, 'phantom', '--out', 'scans', '--count', '500', '--seed', '5');
  await running.said('1 of 500');
  const listed = (await runCli(folder, 'job', 'list', '--json')).json()['jobs'] as { id: string; state: string }[];
  expect(listed).toMatchObject([{ state: 'running' }]);
  expect(await runCli(folder, 'phantom', '--out', 'more', '--count', '1')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('open in another Doppel') as string,
  });
  const cancelled = await runCli(folder, 'job', 'cancel', listed[0]?.id ?? '', '--json');
  expect(cancelled.json()).toMatchObject({ job: { state: 'cancelled' } });
  expect(await running.ended).toMatchObject({ code: 130 });
});

test('another terminal pauses a training, which goes on later', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  await runCli(folder, 'project', 'create', 'study');
  await runCli(folder, 'phantom', '--out', 'scans', '--count', '3', '--seed', '5');
  await runCli(folder, 'dataset', 'import', 'scans', '--name', 'phantoms', '--grid', '16');
  const small = ['--set', 'width=16', '--set', 'latent=8', '--set', 'batch=1'];
  const training = ['train', '--dataset', 'phantoms', '--model', 'alpha-wgan', '--minutes', '10', ...small];
  const running = startCli(folder, ...training);
  await running.said('iterations');
  const listed = (await runCli(folder, 'job', 'list', '--json')).json()['jobs'] as { id: string }[];
  const [{ id }] = listed as [{ id: string }];
  expect((await runCli(folder, 'job', 'pause', id, '--json')).json()).toMatchObject({ job: { state: 'paused' } });
  const { code, stderr } = await running.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('job resume');
  expect(stderr).toContain('With 2 training scans'); // few: what helps is said
  expect(stderr).toContain('--set augment=adaptive');
  expect(await runCli(folder, 'job', 'resume', id, '--minutes', '0.001')).toMatchObject({ code: 0 });
  expect(await runCli(folder, 'job', 'pause', id)).toMatchObject({ code: 1 });
});

test('models are listed with their settings', async () => {
  const listed = await runCli(temporaryFolder(), 'model', 'list', '--json');
  const presets = expect.any(Array) as unknown[];
  expect(listed.json()).toMatchObject({
    models: expect.arrayContaining([
      expect.objectContaining({ id: 'alpha-wgan', kind: 'generator', presets }),
      expect.objectContaining({ id: 'srgan', kind: 'super-resolution', presets }),
    ]) as unknown[],
  });
});
