/** Which scans a study shows: real ones of a dataset, synthetic ones of folders, drawn with the study's seed. */
import { readFile, readdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { StudyRequest, TaskOf } from '#contract/jobs.ts';
import type { StudyDesign } from '#contract/studies.ts';
import { createRandom } from '#shared/random.ts';
import { casesFolder, studyDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { SelectedScan } from '../store/studies.ts';
import { withoutHeld } from '../evidence/heldBack.ts';

const scanEnding = /\.(nii|nii\.gz|mgz|mgh)$/i;
/** Label maps and masks, which lie beside scans. */
const noScan = /(^|[_\-.])(dseg|probseg|seg|mask|labels?)\.(nii|nii\.gz|mgz|mgh)$/i;
/** What a synthetic scan's own description says of it. */
const sidecar = z.looseObject({ Model: z.string(), ModelHash: z.string(), Seed: z.int() });

interface Found {
  readonly path: string;
  readonly truth: SelectedScan['truth'];
}

async function describeSynthetic(path: string): Promise<Found> {
  const text = await readFile(path.replace(scanEnding, '.json'), 'utf8').catch(() => '{}');
  let said: z.infer<typeof sidecar> | undefined;
  try {
    said = sidecar.safeParse(JSON.parse(text)).data;
  } catch {
    said = undefined; // A description in no words of ours: the report says that it does not know.
  }
  return {
    path,
    truth: {
      isSynthetic: true,
      source: path,
      split: null,
      model: said?.Model ?? null,
      checkpoint: said?.ModelHash ?? null,
      seed: said?.Seed ?? null,
    },
  };
}

async function findInFolder(folder: string): Promise<readonly Found[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((cause: unknown) => {
    throw new AppError('not-found', `The folder of synthetic scans ${folder} cannot be read.`, { cause });
  });
  const paths = entries
    .filter((entry) => entry.isFile() && scanEnding.test(entry.name) && !noScan.test(entry.name))
    .map((entry) => resolve(entry.parentPath, entry.name))
    .sort();
  return Promise.all(paths.map(describeSynthetic));
}

/** The scans that a job of the project made. */
function findSynthesised({ store, dir }: OwnedProject, jobId: string): Promise<readonly Found[]> {
  const paths = store.artifacts
    .ofJob(jobId)
    .filter(({ kind }) => kind === 'synthetic-volume')
    .map(({ path }) => resolve(dir, path));
  if (paths.length === 0)
    throw new AppError('usage', `"${jobId}" is no synthesis of this project, and no absolute path of a folder of synthetic scans.`); // prettier-ignore
  return Promise.all(paths.map(describeSynthetic));
}

function findReal({ store }: OwnedProject, { dataset, split }: StudyDesign['real']): readonly Found[] {
  return store.datasets
    .volumes(store.datasets.byName(dataset).id)
    .filter((volume) => split === 'all' || volume.split === split)
    .map(({ id, path, split: own }) => ({
      path,
      truth: { isSynthetic: false, source: id, split: own, model: null, checkpoint: null, seed: null },
    }));
}

const heldWords = (held: number): string =>
  held === 0 ? '' : `; ${String(held)} more ${held === 1 ? 'is a suspected copy' : 'are suspected copies'} of training scans and held back (doppel evidence suspects)`; // prettier-ignore

/** How many real and synthetic scans `count` trials take. */
function shares(design: StudyDesign, count: number): { real: number; synthetic: number } {
  return design.protocol === 'pair'
    ? { real: count, synthetic: count }
    : { real: Math.ceil(count / 2), synthetic: Math.floor(count / 2) };
}

/** Throws `usage` where there are too few scans, naming how many there are. */
export async function selectScans(project: OwnedProject, design: StudyDesign): Promise<readonly SelectedScan[]> {
  const random = createRandom(design.seed);
  const synthetic = await Promise.all(
    design.synthetic.map((place) => (isAbsolute(place) ? findInFolder(place) : findSynthesised(project, place))),
  );
  const { free, held } = await withoutHeld(project.store, synthetic.flat());
  const available = { real: findReal(project, design.real), synthetic: free };
  const [trials, practice] = [shares(design, design.trials), shares(design, design.practice)];
  const choose = (kind: 'real' | 'synthetic'): readonly SelectedScan[] => {
    const needed = trials[kind] + practice[kind];
    if (available[kind].length < needed)
      throw new AppError(
        'usage',
        `This design takes ${String(needed)} ${kind} scans, and there are ${String(available[kind].length)}${kind === 'real' ? ` in the part "${design.real.split}" of the dataset "${design.real.dataset}"` : heldWords(held)}. Plan fewer trials, or add scans.`,
      );
    return random
      .fork(kind)
      .shuffle(available[kind])
      .slice(0, needed)
      .map((found, index) => ({
        ...found,
        pair: design.protocol === 'pair' ? index : null,
        practice: index >= trials[kind],
      }));
  };
  return [...choose('real'), ...choose('synthetic')];
}

/** From the study's row to what the worker is handed. Throws `wrong-state` once the study is locked. */
export function prepareStudyTask({ store, dir }: OwnedProject, request: StudyRequest): TaskOf<'study'> {
  const study = store.studies.get(request.studyId);
  if (study.selection === null)
    throw new AppError('wrong-state', `The study "${study.name}" is locked: its scans stay as they are.`);
  const { grid, spacingMm } = store.datasets.byName(study.design.real.dataset);
  return {
    kind: 'study',
    request,
    grid,
    spacingMm,
    cases: study.selection.map(({ path, truth }) => ({ path: resolve(dir, path), isSynthetic: truth.isSynthetic })),
    out: join(studyDir(dir, study.id), casesFolder),
  };
}
