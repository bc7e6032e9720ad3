/** A closed study of three simulated readers who clicked and commented, for tests of its report. */
import { asReader, exampleProject, exampleStudy, passphrase } from './exampleStudy.ts';
import type { TestBackend } from '../openBackend.ts';
import { peek, readAll } from './readAll.ts';

export interface ClosedStudy {
  readonly project: string;
  /** Its id. */
  readonly study: string;
}

const skills = { anna: 0, ben: 0.8, carl: 1.6 };

/** 16 trials, 3 repeats and 2 of practice for each reader. */
export async function closedStudy(backend: TestBackend): Promise<ClosedStudy> {
  const example = await exampleProject(backend, 10);
  const { project } = example;
  const readers = Object.keys(skills).map((name) => asReader(name));
  const { id: study } = await exampleStudy(backend, example, { trials: 16, repeats: 3, practice: 2, realism: true, readers }); // prettier-ignore
  const key = await peek(project, study);
  for (const [reader, dPrime] of Object.entries(skills)) {
    const change = (index: number) =>
      index % 2 === 0 ? { marks: [[9, 12, 14] as [number, number, number]], comment: '<b>too smooth</b>', realism: 4 } : {}; // prettier-ignore
    await readAll(backend, { project, study }, { reader, dPrime }, { key, change });
  }
  await backend.call('study.close', { project, study, passphrase });
  return { project, study };
}
