import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { studyKey, type StudyKey } from '#backend/studies/sealedFiles.ts';
import { unseal } from '#backend/studies/sealing.ts';
import { createRandom } from '#shared/random.ts';
import { openBackend } from '../openBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { asReader, exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';

/** Equal-variance normal observers (Green & Swets 1966): evidence ~ N(± d′/2, 1), six answers by five thresholds. */
const observers = new Map([['anna', 2.2], ['ben', 1.6], ['carl', 1.1], ['dora', 0]]); // prettier-ignore
const thresholds = [-1, -0.5, 0, 0.5, 1];
const scansEach = 30;

test('four simulated readers take the study, and the report recovers their d′', { timeout: 300_000 }, async () => {
  const backend = openBackend();
  const example = await exampleProject(backend, scansEach);
  const { project } = example;
  const readers = [...observers.keys()].map((name) => asReader(name));
  const { id: study } = await exampleStudy(backend, example, { trials: 2 * scansEach, readers });
  const sealed = readFileSync(join(project, 'studies', study, 'key.json'), 'utf8');
  const key: StudyKey = studyKey.parse(JSON.parse((await unseal(sealed, passphrase)).toString('utf8')));
  const { volumeList } = await backend.call('dataset.show', { project, name: 'adults' });
  /** Names of scans that are the same in every run, so that the answers are. */
  const nameOf = (source: string): string => volumeList.find(({ id }) => id === source)?.subject ?? basename(source);
  const { id: projectId } = await backend.call('project.show', { project });

  for (const [reader, dPrime] of observers) {
    for (;;) {
      const next = await backend.call('study.next', { project, study, reader });
      if ('done' in next) break;
      const { path } = await backend.call('file.locate', { projectId, kind: 'trial', id: next.trialId });
      const truth = key.cases[basename(path, '.nii')];
      if (truth === undefined) throw new Error(`The key does not hold ${path}.`);
      const noise = createRandom(11)
        .fork(`${reader} ${nameOf(truth.source)}`)
        .normal();
      const evidence = (truth.isSynthetic ? 1 : -1) * (dPrime / 2) + noise;
      const confidence = 1 + thresholds.filter((threshold) => evidence > threshold).length;
      const answer = exampleAnswer({ verdict: confidence > 3 ? 'synthetic' : 'real', confidence });
      await backend.call('study.answer', { project, study, reader, trial: next.trialId, answer });
    }
  }
  await backend.call('study.close', { project, study, passphrase });
  const report = await backend.call('study.report', { project, study });
  expect(report.study.confidenceUse).toBe('scale');
  expect(report.unanswered).toBe(0);
  for (const { reader, dPrime, trials } of report.readers) {
    const truth = observers.get(reader) ?? NaN;
    expect(trials).toBe(2 * scansEach);
    // Standard error of d′ of 30 scans a kind: 0.33 at d′ = 0, 0.42 at 2.2 (Gourevitch & Galanter 1967); 95 % intervals.
    expect(Math.abs((dPrime ?? NaN) - truth)).toBeLessThan(1.96 * (truth > 1.5 ? 0.42 : 0.35));
  }
  // The mean area of observers with these d′, Φ(d′ / √2), is 0.776.
  expect(report.mrmc?.ci95[0]).toBeLessThan(0.776);
  expect(report.mrmc?.ci95[1]).toBeGreaterThan(0.776);
  expect(report.tost.equivalent).toBe(false);
});
