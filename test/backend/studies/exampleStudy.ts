/** A project with small brains of two cohorts, one of which plays the synthetic scans, and a study of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CommandInput } from '#contract/commands.ts';
import type { StudyDetail } from '#contract/studyCommands.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { smoothVolume } from '#imaging/smooth.ts';
import { createRandom } from '#shared/random.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { newProject, type TestBackend } from '../openBackend.ts';

export const passphrase = 'correct horse battery staple';
const side = 24;

/** An ellipsoid of smooth texture, another for each number; nothing in it depends on the cohort. */
export function smallBrain(number: number): Volume {
  const random = createRandom(number).fork('small brain');
  const texture = random.normals(side ** 3);
  smoothVolume(texture, [side, side, side], [1.2, 1.2, 1.2]);
  const radii = [0, 1, 2].map(() => 7.5 + random.uniform());
  const data = texture.map((value, at) => {
    const place = [at % side, Math.floor(at / side) % side, Math.floor(at / side ** 2)];
    const distance = place.reduce((sum, where, axis) => sum + ((where - 11.5) / (radii[axis] ?? 1)) ** 2, 0);
    return distance < 1 ? 500 + 400 * value : 0;
  });
  return { size: [side, side, side], affine: gridAffine(2, [-23, -23, -23]), data };
}

async function writeCohort(
  folder: string,
  numbers: readonly number[],
  change = (volume: Volume): Volume => volume,
): Promise<void> {
  // prettier-ignore
  for (const number of numbers) {
    const name = `sub-${String(number).padStart(4, '0')}`;
    mkdirSync(join(folder, name), { recursive: true });
    await writeNifti(join(folder, name, `${name}_T1w.nii.gz`), change(smallBrain(number)), {
      storage: { kind: 'float32' },
      description: 'test',
    });
  }
}

const numbers = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at);

export interface ExampleProject {
  readonly project: string;
  readonly synthetic: string;
}

/** `count` brains of each kind in a new project; `change` alters the synthetic ones; flipped, the cohorts change places. */
export async function exampleProject(
  backend: TestBackend,
  count: number,
  change?: (volume: Volume) => Volume,
  isFlipped = false,
): Promise<ExampleProject> {
  const project = await newProject(backend);
  const folder = temporaryFolder();
  const [real, synthetic] = [join(folder, 'real'), join(folder, 'synthetic')];
  await writeCohort(real, numbers(isFlipped ? 1001 : 1, count));
  await writeCohort(synthetic, numbers(isFlipped ? 1 : 1001, count), change);
  const job = await backend.call('dataset.import', {
    project, folder: real, name: 'adults', grid: side, spacingMm: 2, holdout: 0, seed: 1, derivative: null,
  }); // prettier-ignore
  expect(await backend.untilOver(job)).toMatchObject({ state: 'succeeded' });
  return { project, synthetic };
}

type Design = CommandInput<'study.create'>['design'];

function exampleDesign(synthetic: string, changes: Partial<Design> = {}): Design {
  return {
    name: 'turing',
    real: { dataset: 'adults', split: 'all' },
    synthetic: [synthetic],
    protocol: 'single',
    realism: false,
    trials: 8,
    repeats: 0,
    practice: 0,
    timeLimitSeconds: null,
    tools: ['scroll', 'window', 'zoom'],
    margin: 0.1,
    seed: 5,
    ...changes,
  };
}

export const asReader = (name: string, pin: string | null = null) => ({ name, role: 'radiologist', years: 5, pin });

/** A prepared study; `lock` for one that is locked too. */
export async function exampleStudy(
  backend: TestBackend,
  { project, synthetic }: ExampleProject,
  { lock = true, readers = [asReader('a')], ...changes }: Partial<Design> & { lock?: boolean; readers?: ReturnType<typeof asReader>[] } = {}, // prettier-ignore
): Promise<StudyDetail> {
  const { study, job } = await backend.call('study.create', { project, design: exampleDesign(synthetic, changes), readers }); // prettier-ignore
  expect(await backend.untilOver(job)).toMatchObject({ state: 'succeeded', error: null });
  if (!lock) return backend.call('study.show', { project, study: study.id });
  return backend.call('study.lock', { project, study: study.id, passphrase, overrideFairness: 'a test of few scans' });
}
