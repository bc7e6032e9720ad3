import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineChart } from '../../scripts/demo/chart.ts';
import { commandList, page, pngImage, table } from '#shared/report/html.ts';
import { demoEntries, prepareDemoFolder } from '../../scripts/demo/demoFolder.ts';

describe('the folder of the demo', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'doppel-demo-'));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('is replaced where an earlier demo made it, but for files that somebody added', async () => {
    const folder = join(parent, 'demo');
    await prepareDemoFolder(folder);
    await mkdir(join(folder, demoEntries.project));
    await writeFile(join(folder, demoEntries.report), 'old');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await prepareDemoFolder(folder);
    expect(await readdir(folder)).toEqual(['made-by-demo.json', 'notes.txt']);
  });

  it('is left alone where no demo made what is there', async () => {
    const folder = join(parent, 'demo');
    await mkdir(join(folder, demoEntries.project), { recursive: true });
    await expect(prepareDemoFolder(folder)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readdir(folder)).toEqual([demoEntries.project]);
    await writeFile(join(parent, 'file'), '');
    await expect(prepareDemoFolder(join(parent, 'file'))).rejects.toMatchObject({ code: 'already-exists' });
  });
});

describe('the page of a report', () => {
  it('fetches nothing and runs nothing', () => {
    const html = page('Title', pngImage('AQID', 'a picture') + commandList([{ purpose: 'p', command: 'c' }]));
    expect(html).not.toMatch(/<script|<link|@import|https?:/);
    expect(html).toContain('data:image/png;base64,AQID');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('@media print');
  });

  it('shows text from files as text', () => {
    const html = table(['<b>'], [['a" onload="x'], ['&<script>']], []);
    expect(html).not.toMatch(/<script>|<b>|" onload/);
  });

  it('draws a curve of any values, leaving out what is missing or not finite', () => {
    const iterations = [1, 2, 3, 4, 5];
    const svg = lineChart('loss', iterations, [1, null, Number.NaN, 3, 2]);
    expect(svg).not.toMatch(/NaN|Infinity|null/);
    expect(svg.match(/L/g)?.length).toBe(4); // three points, two lines, pale and dark
    expect(lineChart('constant', iterations, [2, 2, 2, 2, 2])).not.toMatch(/NaN|Infinity/);
    expect(lineChart('none', [1], [1])).toContain('Too few values');
  });
});
