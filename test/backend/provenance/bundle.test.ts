/** A study leaves as one file: nothing of a person or a machine is in it, and another machine makes a project of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { leaksIn } from '../datasets/canaryScans.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { person, plantStudy } from './exampleStudy.ts';

const timeout = 120_000;

test('a bundle holds what repeats a study, no name, no place and no scan of a person, and opens elsewhere', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const { training, markKey } = plantStudy(project);
  const here = openBackend();
  const folder = temporaryFolder();
  const out = join(folder, 'study.zip');
  const job = await here.call('provenance.bundle', { project, out, withWeights: true, withSynthetic: true });
  expect(await here.untilOver(job)).toMatchObject({ state: 'succeeded', error: null });
  expect(readdirSync(join(project, 'jobs', job.id))).not.toContain('parts');
  expect(await here.dispatch('provenance.bundle', { project, out, withWeights: false, withSynthetic: false })).toMatchObject({ ok: false, error: { code: 'already-exists' } });

  const copy = join(folder, 'copy.doppel');
  const elsewhere = openBackend();
  const opened = await elsewhere.call('provenance.open', { path: out, project: copy });
  expect(opened.datasets).toEqual([{ name: 'adults', fingerprint: 'f'.repeat(64) }]);
  expect(opened.repeat.map((line) => line.replace(copy, 'P'))).toEqual([
    "doppel dataset import SCANS --project P --name 'adults again' --grid 16 --spacing-mm auto --holdout 0.2 --seed 7",
    "doppel train --project P --dataset 'adults again' --model alpha-wgan --preset sigmarat2 --set width=16 --set latent=8 --iterations 2 --seed 3",
    `doppel synthesize --project P --checkpoint latest --count 1 --seed 5 --truncation 1 --out synthetic-${training.id}-5`,
  ]);
  const bundle = join(copy, 'bundle');
  for (const name of ['study.json', 'README.md', 'ro-crate-metadata.json', 'manifest-sha256.txt', 'figures/synthesize-1/a2.png', 'datasets/dataset-1/split.csv', 'datasets/dataset-1/datasheet.html', `models/${training.id}/model-card.md`, `jobs/${training.id}/metrics.csv`, 'reports/a4.html', 'environment/package-lock.json'])
    expect(existsSync(join(bundle, name)), name).toBe(true);
  expect(readFileSync(join(bundle, `jobs/${training.id}/log.txt`), 'utf8')).toContain('kept line');
  expect(leaksIn(bundle, [person, dirname(project), homedir(), '/opt/doppel', markKey, 'person-in-preview', 'person-in-report', 'voxels of a person'])).toEqual([]);

  const shown = await elsewhere.call('job.show', { project: copy, job: training.id });
  expect(shown).toMatchObject({ losses: { critic: 0.25, encoder: 1 }, health: [{ text: 'Scores differ.' }], checkpoints: [{ id: 'c2' }] });
  expect(await elsewhere.call('dataset.show', { project: copy, name: 'adults' })).toMatchObject({ train: 2, heldout: 1, fingerprint: 'f'.repeat(64) });
  const { problems } = await elsewhere.call('project.check', { project: copy });
  expect(problems.filter(({ path }) => !path.startsWith('volumes/'))).toEqual([]);
}); // prettier-ignore

test('a model card and a datasheet are filled in from the project, and say what a person has to add', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const { training } = plantStudy(project);
  const here = openBackend();
  const out = join(temporaryFolder(), 'documents');
  const card = await here.call('provenance.card', { project, job: null, out });
  const words = readFileSync(card.markdown, 'utf8');
  for (const heading of ['Model Details', 'Intended Use', 'Factors', 'Metrics', 'Evaluation Data', 'Training Data', 'Quantitative Analyses', 'Ethical Considerations', 'Caveats and Recommendations'])
    expect(words).toContain(`## ${heading}\n`);
  for (const fact of [training.id, '2 of 100 iterations', '| width | 16 |', 'adults, 16³ voxels of 2 mm', '2 scans of 2 subjects', 'Scores differ.', '| critic | 0.25 |'])
    expect(words).toContain(fact);
  expect(words.match(/To be filled in by the lab/g)).toHaveLength(card.open);
  expect(readFileSync(card.html, 'utf8')).toContain('Content-Security-Policy');

  const sheet = await here.call('provenance.datasheet', { project, dataset: 'adults', out });
  const told = readFileSync(sheet.markdown, 'utf8');
  for (const heading of ['Motivation', 'Composition', 'Collection Process', 'Preprocessing/Cleaning/Labeling', 'Uses', 'Distribution', 'Maintenance'])
    expect(told).toContain(`## ${heading}\n`);
  expect(told).toContain('values of fewer than 5 scans each: 3'); // ages and sexes of three persons are nobody's business
  expect(told).toContain(`Trained on it in this project: ${training.id}.`);
  expect(leaksIn(out, [person, dirname(project), homedir()])).toEqual([]);
  expect(await here.dispatch('provenance.card', { project, job: 'synthesize-1', out })).toMatchObject({ ok: false, error: { code: 'usage' } });
}); // prettier-ignore
