/** A study with a reader on another workstation, for tests: the pack, the project it was imported into, the answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StudyDetail } from '#contract/studyCommands.ts';
import { newProject, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { exampleAnswer } from './exampleAnswer.ts';

export const packPassphrase = 'only for reader a';

export interface InStudy {
  readonly project: string;
  readonly study: string;
}

export interface SentPack {
  readonly here: InStudy;
  readonly away: InStudy;
  readonly pack: string;
  /** Where the answers may be written to. */
  readonly answers: string;
}

/** Answers trials until `stopAfter` or the end, as the scan's voxels and the reader's name say: alike wherever it is read. */
export async function readTrials(
  backend: TestBackend,
  inStudy: InStudy,
  reader: string,
  stopAfter = Infinity,
): Promise<void> {
  await backend.call('study.event', { ...inStudy, reader, event: 'begin' });
  const { id: projectId } = await backend.call('project.show', { project: inStudy.project });
  for (let done = 0; done < stopAfter; done++) {
    const next = await backend.call('study.next', { ...inStudy, reader });
    if ('done' in next) return;
    const { path } = await backend.call('file.locate', { projectId, kind: 'trial', id: next.trialId });
    const confidence = 1 + (readFileSync(path).reduce((sum, byte) => sum + byte, reader.length + (next.index % 3)) % 6);
    const answer = exampleAnswer({ verdict: confidence > 3 ? 'synthetic' : 'real', confidence });
    await backend.call('study.answer', { ...inStudy, reader, trial: next.trialId, answer });
  }
}

/** A pack for the reader a, imported into a new project. */
export async function sendPack(backend: TestBackend, project: string, { id: study }: StudyDetail): Promise<SentPack> {
  const folder = temporaryFolder();
  const pack = join(folder, 'a.doppel-pack');
  await backend.call('study.exportPack', { project, study, reader: 'a', passphrase: packPassphrase, out: pack });
  const other = await newProject(backend);
  const imported = await backend.call('study.importPack', { project: other, path: pack, passphrase: packPassphrase });
  return {
    here: { project, study },
    away: { project: other, study: imported.id },
    pack,
    answers: join(folder, 'a.doppel-answers'),
  };
}
