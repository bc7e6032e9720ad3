import { expect, test } from 'vitest';
import { openBackend } from '../openBackend.ts';

test('the doctor names engine, device and every check, with what it found', { timeout: 60_000 }, async () => {
  const report = await openBackend().call('engine.doctor', {});
  expect(report.engine).toMatchObject({ name: 'tensorflow', version: expect.stringMatching(/^2\./) as string });
  expect(report.node).toBe(process.versions.node);
  const names = report.checks.map((check) => check.name);
  expect(names).toEqual(expect.arrayContaining(['node', 'engine', 'convolution', 'sqlite', 'cache', 'disk']));
  expect(report.checks.filter((check) => check.detail === '')).toEqual([]);
  expect(report.checks.find((check) => check.name === 'sqlite')).toMatchObject({
    ok: true,
    detail: expect.stringContaining('SQLite 3.') as string,
  });
  expect(report.ok).toBe(report.checks.every((check) => check.ok));
});
