import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import golden from '#test/fixtures/study/analysis.json' with { type: 'json' };
import { temporaryFolder } from '../backend/temporaryFolder.ts';
import { recordedTable } from '../study/exampleTrials.ts';
import { runCli } from './runCli.ts';

const timeout = 30_000;
const table = fileURLToPath(recordedTable);

test('study analyze --json answers with the statistics of the table, without a project', { timeout }, async () => {
  const result = await runCli(temporaryFolder(), 'study', 'analyze', table, '--margin', '0.2', '--seed', '3', '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const report = result.json();
  expect(report).toMatchObject({
    unanswered: 3,
    design: { readers: 4, seed: 3 },
    tost: { margin: 0.2, equivalent: false },
    fleissKappa: expect.closeTo(golden.fleissKappa, 9) as number,
    krippendorffAlpha: expect.closeTo(golden.krippendorffAlpha, 9) as number,
    mrmc: { auc: expect.closeTo(golden.mrmc.estimate, 9) as number, df: expect.closeTo(golden.mrmc.df, 9) as number },
    methods: expect.stringContaining('margin of 20 %') as string,
  });
  const again = await runCli(temporaryFolder(), 'study', 'analyze', table, '--margin', '0.2', '--seed', '3', '--json');
  expect(again.stdout).toBe(result.stdout);
});

test('study analyze prints a table for people', { timeout }, async () => {
  const { code, stdout } = await runCli(temporaryFolder(), 'study', 'analyze', table);
  expect(code).toBe(0);
  for (const words of ['Equivalence is', 'Dr. Ünal', 'Fleiss’ κ', 'hardest cases', 'alpha-wgan', 'Methods:'])
    expect(stdout).toContain(words);
});

test('study analyze says what is wrong with a table, and in which line', { timeout }, async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'bad.csv'), 'reader,case,truth,score\na,x,0,9\n');
  const bad = await runCli(folder, 'study', 'analyze', 'bad.csv', '--json');
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('bad.csv, line 2: score is "9"') as string });
  expect(bad.json()).toMatchObject({ error: { code: 'bad-input' } });
  expect(await runCli(folder, 'study', 'analyze', 'none.csv')).toMatchObject({ code: 1 });
  const margin = await runCli(folder, 'study', 'analyze', 'bad.csv', '--margin', '0.5');
  expect(margin).toMatchObject({ code: 2, stderr: expect.stringContaining('below 0.5') as string });
});
