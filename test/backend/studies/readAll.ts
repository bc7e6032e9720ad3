/** Simulated readers who take a whole study, and what their answers are made of. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { studyKey, type StudyKey } from '#backend/studies/sealedFiles.ts';
import { unseal } from '#backend/studies/sealing.ts';
import type { StudyAnswer } from '#contract/studies.ts';
import { createRandom } from '#shared/random.ts';
import type { TestBackend } from '../openBackend.ts';
import { exampleAnswer } from './exampleAnswer.ts';
import { passphrase } from './exampleStudy.ts';

export interface Observer {
  readonly reader: string;
  /** Equal-variance normal observers (Green & Swets 1966): evidence ~ N(± d′/2, 1), six answers by five thresholds. */
  readonly dPrime: number;
}

const thresholds = [-1, -0.5, 0, 0.5, 1];

/** What is sealed, as its owner could look it up. */
export async function peek(project: string, study: string): Promise<StudyKey> {
  const sealed = readFileSync(join(project, 'studies', study, 'key.json'), 'utf8');
  return studyKey.parse(JSON.parse((await unseal(sealed, passphrase)).toString('utf8')));
}

interface Place {
  readonly project: string;
  readonly study: string;
}

/** All trials of one reader; `change` adds to an answer. */
export async function readAll(
  backend: TestBackend,
  { project, study }: Place,
  { reader, dPrime }: Observer,
  { key, change = () => ({}) }: { readonly key: StudyKey; readonly change?: (index: number) => Partial<StudyAnswer> },
): Promise<void> {
  const { id: projectId } = await backend.call('project.show', { project });
  const random = createRandom(11).fork(reader);
  for (;;) {
    const next = await backend.call('study.next', { project, study, reader });
    if ('done' in next) return;
    const { path } = await backend.call('file.locate', { projectId, kind: 'trial', id: next.volumes.at(-1) ?? '' });
    const isSynthetic = key.cases[basename(path, '.nii')]?.isSynthetic ?? false;
    const evidence = (isSynthetic ? 1 : -1) * (dPrime / 2) + random.normal();
    const confidence = 1 + thresholds.filter((threshold) => evidence > threshold).length;
    const isPair = next.volumes.length > 1;
    const verdict = confidence > 3 ? (isPair ? 'second' : 'synthetic') : isPair ? 'first' : 'real';
    const answer = exampleAnswer({
      verdict,
      confidence,
      reactionMs: 2000 + 4000 * random.uniform(),
      ...change(next.index),
    });
    await backend.call('study.answer', { project, study, reader, trial: next.trialId, answer });
  }
}
