import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readLogEnd } from '#backend/jobs/readLog.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

test('a job that printed nothing has an empty log', async () => {
  expect(await readLogEnd(join(temporaryFolder(), 'log.txt'))).toBe('');
});

test('a short log is given whole', async () => {
  const path = join(temporaryFolder(), 'log.txt');
  writeFileSync(path, 'first\nsecond\n');
  expect(await readLogEnd(path)).toBe('first\nsecond\n');
});

test('of a long log the last whole lines are given', async () => {
  const path = join(temporaryFolder(), 'log.txt');
  writeFileSync(path, Array.from({ length: 10_000 }, (_, index) => `line ${String(index)} µ\n`).join(''));
  const text = await readLogEnd(path);
  expect(text.length).toBeLessThanOrEqual(65_536);
  expect(text).toMatch(/^line \d+ µ\n/);
  expect(text.endsWith('line 9999 µ\n')).toBe(true);
});
