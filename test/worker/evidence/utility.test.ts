/** The use of synthetic scans, measured in this process with the real engine on balls of three tissues. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { utilityReport, utilityRequest, type UtilityReport } from '#contract/evidence/utility.ts';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { measureUtility } from '#worker/evidence/utility.ts';

const grid = 16;
const spacingMm = 8;
const subjects = ['a', 'b', 'c', 'd', 'e'];
/** Of FreeSurfer: fluid, grey and white matter, and how bright they are. */
const tissues = [
  { label: 24, value: -0.8 },
  { label: 3, value: -0.1 },
  { label: 2, value: 0.7 },
];

/** Shells about the middle, of other thickness in each. */
function ball(which: number): { voxels: Float32Array; labels: Float32Array } {
  const radii = [3 + 0.2 * which, 5 + 0.1 * which, 6.6];
  const [voxels, labels] = [new Float32Array(grid ** 3).fill(-1), new Float32Array(grid ** 3)];
  for (let index = 0; index < grid ** 3; index++) {
    const place = [index % grid, Math.floor(index / grid) % grid, Math.floor(index / grid ** 2)];
    const far = Math.hypot(...place.map((at) => at - (grid - 1) / 2));
    const shell = radii.findIndex((radius) => far < radius);
    const tissue = tissues[shell];
    if (tissue === undefined) continue;
    voxels[index] = tissue.value + 0.05 * Math.sin(7 * index + which);
    labels[index] = tissue.label;
  }
  return { voxels, labels };
}

const half = (-spacingMm * (grid - 1)) / 2;
const volume = (data: Float32Array): Parameters<typeof writeNifti>[1] => ({
  size: [grid, grid, grid],
  affine: gridAffine(spacingMm, [half, half, half]),
  data,
});
const float = { storage: { kind: 'float32' }, description: 'test' } as const;

/** Five labelled subjects, three synthetic scans of which one network says that it made them, and their label maps. */
async function makeTask(wishes: Partial<TaskOf<'utility'>['request']> = {}): Promise<TaskOf<'utility'>> {
  const folder = temporaryFolder();
  const volumes = [];
  for (const [which, subject] of subjects.entries()) {
    const { voxels, labels } = ball(which);
    const [path, labelPath] = [join(folder, `${subject}.nii`), join(folder, `${subject}.labels.nii`)];
    await writeNifti(path, volume(voxels), float);
    await writeNifti(labelPath, volume(labels), { storage: { kind: 'uint8' }, description: 'test' });
    volumes.push({ id: `volume-${subject}`, subject, path, labelPath });
  }
  const synthetic = join(folder, 'synthetic');
  for (const [which, name] of ['sub-01', 'sub-02', 'sub-03'].entries()) {
    const { voxels, labels } = ball(which + 0.5);
    const maps = join(synthetic, 'derivatives', 'made', name, 'anat');
    for (const made of [join(synthetic, name, 'anat'), maps]) mkdirSync(made, { recursive: true });
    const stem = join(synthetic, name, 'anat', `${name}_T1w`);
    await writeNifti(`${stem}.nii`, volume(voxels.map((value) => 50 * (value + 1))), float);
    writeFileSync(`${stem}.json`, JSON.stringify({ ModelHash: 'hash-of-the-generator' }));
    await writeNifti(join(maps, `${name}_dseg.nii`), volume(labels), {
      storage: { kind: 'uint8' },
      description: 'test',
    });
  }
  return {
    kind: 'utility',
    request: utilityRequest.parse({
      kind: 'utility',
      datasetId: 'dataset-1',
      synthetic,
      labels: 'tissue',
      arms: ['augmented', 'mixed-50', 'mixed-500', 'synthetic-100', 'mixed-1000'].map((id) => {
        const [kind, percent] = id.split('-');
        return percent === undefined ? { kind } : { kind, percent: Number(percent) };
      }),
      folds: 5,
      testOn: 'unseen',
      network: { width: 4, batch: 1, updates: 4, rate: 0.02 },
      seed: 2,
      ...wishes,
    }),
    jobDir: join(folder, 'job'),
    reportsDir: join(folder, 'reports'),
    jobId: 'utility-1',
    dataset: { name: 'balls', fingerprint: 'f', grid, spacingMm },
    volumes,
    generators: [{ sha256: 'hash-of-the-generator', modelId: 'dc-gan', seen: ['a', 'b'] }],
    versions: { doppel: '0', node: '24', engine: '' },
  };
}

interface Ran {
  readonly report: UtilityReport | null;
  readonly html: string;
  readonly notes: readonly string[];
  readonly error: unknown;
}

async function run(
  task: TaskOf<'utility'>,
  isCancelled: (notes: readonly string[]) => boolean = () => false,
): Promise<Ran> {
  const messages: WorkerMessage[] = [];
  const notes = (): string[] => messages.flatMap((message) => (message.type === 'progress' ? [message.progress.note] : [])); // prettier-ignore
  const error: unknown = await measureUtility(task, {
    send: (message) => messages.push(message),
    isCancelled: () => isCancelled(notes()),
  }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const read = (ending: string): string => readFileSync(join(task.reportsDir, `${task.jobId}.${ending}`), 'utf8');
  return error === null
    ? { report: utilityReport.parse(JSON.parse(read('json'))), html: read('html'), notes: notes(), error }
    : { report: null, html: '', notes: notes(), error };
}

test('networks are tested on scans that the generator has not seen, in every arm the same way', async () => {
  const { report, html, error } = await run(await makeTask());
  expect(error).toBeNull();
  expect(report?.split).toMatchObject({ folds: 3, testOn: 'unseen', leakage: 'none', trainingScans: [4, 4, 4] });
  expect(report?.synthetic).toMatchObject({ scans: 3, models: ['dc-gan'], labels: 'by-network' });
  expect(report?.labels).toEqual({ asked: 'tissue', source: 'label-maps', classes: ['fluid', 'grey matter', 'white matter'] }); // prettier-ignore
  expect(report?.arms.map(({ id, real, synthetic }) => [id, ...real, ...synthetic])).toEqual([
    ['real', 4, 4, 4, 0, 0, 0],
    ['augmented', 4, 4, 4, 0, 0, 0],
    ['mixed-50', 4, 4, 4, 2, 2, 2],
    ['mixed-500', 4, 4, 4, 3, 3, 3],
    ['synthetic-100', 0, 0, 0, 3, 3, 3],
  ]);
  const notes = report?.notes.join(' ') ?? '';
  for (const words of ['mixed-1000 is left out', 'came without labels', 'no difference can be told from chance'])
    expect(notes).toContain(words);
  expect(new Set(report?.scans.map(({ subject, isSeen }) => `${subject} ${String(isSeen)}`))).toEqual(new Set(['c false', 'd false', 'e false'])); // prettier-ignore
  expect(report?.scans).toHaveLength(5 * 3);
  const dice = report?.summaries.find((entry) => entry.arm === 'real' && entry.class === 'mean' && entry.measure === 'dice'); // prettier-ignore
  expect(dice?.n).toBe(3);
  expect(report?.tests.every(({ pHolm, p }) => pHolm >= p && pHolm <= 1)).toBe(true);
  expect(/<script|https?:|NaN|undefined/.exec(html)).toBeNull();
});

test('what is not known is said, given label maps are used, and folds that are done are not done again', async () => {
  const known = await makeTask({ syntheticLabels: 'made', arms: [{ kind: 'synthetic', percent: 100 }], folds: 2 });
  const task = { ...known, generators: [] };
  const stopped = await run(task, (notes) => notes.some((note) => note.startsWith('Fold 2')));
  expect(stopped.error).toMatchObject({ code: 'cancelled' });
  const done = readFileSync(join(task.jobDir, 'fold-1.json'), 'utf8');
  const { report, notes } = await run(task);
  expect(notes.some((note) => note.startsWith('Fold 2'))).toBe(true);
  expect(notes.some((note) => note.startsWith('Fold 1'))).toBe(false);
  expect(readFileSync(join(task.jobDir, 'fold-1.json'), 'utf8')).toBe(done);
  expect(report).toMatchObject({
    synthetic: { models: [], labels: 'given' },
    split: { folds: 2, testOn: 'all', leakage: 'unknown' },
  });
  expect(new Set(report?.scans.map(({ subject }) => subject))).toEqual(new Set(subjects));

  const { report: anew } = await run({ ...task, jobDir: join(task.jobDir, 'anew') });
  expect(anew?.scans).toEqual(report?.scans);
  expect(anew?.tests).toEqual(report?.tests);
});

test('every label of the user is a class; a generator that has seen all is told as a leak', async () => {
  const task = await makeTask({ labels: 'labels', arms: [{ kind: 'real' }], folds: 2 });
  const generators = task.generators.map((generator) => ({ ...generator, seen: [...subjects] }));
  const { report, error } = await run({ ...task, generators });
  expect(error).toBeNull();
  expect(report?.labels).toEqual({ asked: 'labels', source: 'label-maps', classes: ['2', '3', '24'] });
  expect(report?.split).toMatchObject({ testOn: 'all', leakage: 'seen' });
  expect(report?.split.words).toContain('trained on 5 of them');
  expect(report?.tests).toEqual([]);
  const bare = { ...task, volumes: task.volumes.map((entry) => ({ ...entry, labelPath: null })) };
  expect((await run(bare)).error).toMatchObject({ code: 'usage' });
});
