import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { StudyReport } from '#contract/studyCommands.ts';
import { openBackend } from '../openBackend.ts';
import { closedStudy } from './closedStudy.ts';
import { asReader, exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';
import { peek, readAll } from './readAll.ts';

const timeout = 180_000;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The text between the tags. */
const textOf = (html: string): string => html.replaceAll(/<style>.*?<\/style>/gs, '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' '); // prettier-ignore

function expectNumbers(text: string, report: StudyReport): void {
  expect(text).toContain(report.tost.verdict);
  for (const { reader, correct, trials, accuracy, wilson95, dPrime, auc } of report.readers) {
    const [low, high] = wilson95.map((end) => (100 * end).toFixed(1));
    expect(text).toContain(
      `${reader} ${String(correct)}/${String(trials)} ${percent(accuracy)} [${low ?? ''}, ${high ?? ''}]`,
    );
    expect(text).toContain(Math.abs(dPrime ?? NaN).toFixed(2));
    expect(text).toContain(auc?.toFixed(3));
  }
  const { mrmc, pooled, fleissKappa, krippendorffAlpha, confidence } = report;
  for (const value of [
    mrmc?.auc,
    mrmc?.ci95[0],
    mrmc?.ci95[1],
    fleissKappa,
    krippendorffAlpha,
    confidence.probability?.brier,
  ])
    expect(text).toContain(Math.abs(value ?? NaN).toFixed(3));
  for (const { term, oddsRatio } of report.mixedModel?.terms ?? [])
    if (term !== 'intercept') expect(text).toContain(oddsRatio.toFixed(2));
  expect(text).toContain(mrmc?.se.toFixed(4));
  expect(text).toContain(percent(pooled.randomEffects?.estimate ?? NaN));
  for (const count of report.plots.scores)
    expect(text).toContain(`${String(count.real)} ${String(count.synthetic)} ${String(count.real + count.synthetic)}`);
}

test('the report is one page with the numbers of the JSON, pictures of cases, and hashes that can be recomputed', { timeout }, async () => {
  const backend = openBackend();
  const { project, study } = await closedStudy(backend);
  const report = await backend.call('study.report', { project, study });
  expect(report.files.map((path) => basename(path))).toEqual(['report.html', 'report.json', 'trials.csv', 'imrmc.csv']);
  const folder = dirname(report.files[0] ?? '');
  const html = readFileSync(join(folder, 'report.html'), 'utf8');

  const plain = html.replaceAll(/data:image\/png;base64,[\w+/=]+/g, 'PICTURE');
  expect(/<script|<link|<iframe|@import|https?:|NaN|Infinity|undefined|javascript:|url\(/.exec(plain)).toBeNull();
  expect([...plain.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, to = '']) => to).filter((to) => to !== 'PICTURE' && !to.startsWith('#'))).toEqual([]);
  expect(plain).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  expect(plain).not.toContain('<b>too smooth');
  expect(textOf(plain)).toContain('&lt;b&gt;too smooth');
  for (const [, target] of plain.matchAll(/href="#([^"]+)"/g)) expect(plain).toContain(`id="${target ?? ''}"`);
  expectNumbers(textOf(plain), report);
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)));

  const shown = [...report.shown.hardest, ...report.shown.easiest];
  expect(shown).toHaveLength(12);
  expect(new Set(shown).size).toBe(12);
  expect(html.match(/href="data:image\/png;base64,iVBOR/g)).toHaveLength(12);
  const { id: projectId } = await backend.call('project.show', { project });
  for (const { caseId, width, height, marks } of report.pictures) {
    const { path } = await backend.call('file.locate', { projectId, kind: 'picture', id: caseId });
    expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
    for (const { places } of marks) {
      expect(places).toHaveLength(3);
      for (const { x, y } of places) {
        expect(x > 0 && x < width).toBe(true);
        expect(y > 0 && y < height).toBe(true);
      }
    }
    expect((await backend.call('file.locate', { projectId, kind: 'case', id: caseId })).path).toContain(`${caseId}.nii`);
  }
  expect(report.pictures.flatMap(({ marks }) => marks).length).toBeGreaterThan(0);

  const { commitments } = report.study;
  const recomputed = (salt: string, name: string): string =>
    createHash('sha256').update(salt).update(readFileSync(join(project, 'studies', study, name), 'utf8').trimEnd()).digest('hex'); // prettier-ignore
  expect(recomputed(commitments.protocolSalt, 'protocol.json')).toBe(commitments.protocol);
  expect(recomputed(commitments.keySalt, 'opened.json')).toBe(commitments.key);
  for (const hash of [commitments.protocol, commitments.key, report.study.lastHash]) {
    expect(report.methods).toContain(hash);
    expect(plain).toContain(hash);
  }
  expect(readdirSync(folder).sort()).toEqual(['cases', 'imrmc.csv', 'report.html', 'report.json', 'trials.csv']);
}); // prettier-ignore

test('iMRMC gets a truth row a case, and one row a reader and case', { timeout }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, 4);
  const { project } = example;
  const readers = ['anna', 'ben'].map((name) => asReader(name));
  const { id: study } = await exampleStudy(backend, example, { repeats: 2, protocol: 'pair', trials: 4, readers });
  const key = await peek(project, study);
  for (const reader of ['anna', 'ben']) await readAll(backend, { project, study }, { reader, dPrime: 1 }, { key });
  const { id: projectId } = await backend.call('project.show', { project });
  const [scan = ''] = Object.keys(key.cases);
  for (const kind of ['case', 'picture', 'report'] as const) {
    const reply = await backend.dispatch('file.locate', { projectId, kind, id: kind === 'report' ? study : scan });
    expect(reply).toMatchObject({ ok: false, error: { code: 'not-found' } }); // sealed
  }
  await backend.call('study.close', { project, study, passphrase });
  const { files, design, shown, pictures } = await backend.call('study.report', { project, study });
  expect([shown.hardest.length, shown.easiest.length, pictures.length]).toEqual([2, 2, 8]); // both scans of a pair
  expect(files.every((path) => existsSync(path))).toBe(true);
  const rows = readFileSync(files.find((path) => path.endsWith('imrmc.csv')) ?? '', 'utf8').trimEnd().split('\r\n').map((line) => line.split(','));
  expect(rows[0]).toEqual(['readerID', 'caseID', 'modalityID', 'score']);
  const truths = rows.filter(([reader]) => reader === 'truth');
  expect(truths).toHaveLength(design.realCases + design.syntheticCases);
  expect(truths.filter(([, , , truth]) => truth === '1')).toHaveLength(design.syntheticCases);
  expect(rows.slice(1).filter(([reader]) => reader !== 'truth')).toHaveLength(design.trials);
  const html = readFileSync(files[0] ?? '', 'utf8');
  expect(html).toContain('second is synthetic');
}); // prettier-ignore
