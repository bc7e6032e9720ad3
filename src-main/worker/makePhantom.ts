/** The job that writes a cohort of phantom brains as a BIDS data set (BIDS 1.10, raw data and a derivative of label maps). */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { drawContactSheet, type SheetScan } from '#imaging/contactSheet.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createFoldTemplate, drawPhantom, phantomSpacingMm, type PhantomScan } from '#imaging/phantom.ts';
import { phantomStructures } from '#imaging/phantomTissue.ts';
import { cancelledError, type WorkerContext } from './context.ts';

const bidsVersion = '1.10.0';
const sheetScans = 12; // on the overview picture
const sheetColumns = 3;
const sheetWhite = 190; // a little above white matter
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const readme = `# Phantom brains

Computed, not scanned: every brain here was drawn by a program from random numbers. Nobody's anatomy is in it.

The images resemble skull-stripped T1-weighted scans: cortex folded along random, winding sulci (with the named ones at
their places), white matter, deep grey nuclei, ventricles, cerebellum and brain stem, partial volume, texture, a bias field
and Rician noise, ${String(phantomSpacingMm)} mm isotropic. Size, shape, folds, atrophy and ventricles differ from person to
person; the two sides differ a little, as in people. \`participants.tsv\` lists age and sex, from which the brains were drawn
(with a spread), and volumes counted in the label maps under \`derivatives/labels\`.

Good for trying software. Not good for learning anything about brains.
`;

const participantsJson = {
  age: { Description: 'Age the phantom was drawn for', Units: 'year' },
  sex: {
    Description: 'Sex the phantom was drawn for: sets the mean size of the head',
    Levels: { F: 'female', M: 'male' },
  },
  brain_ml: { Description: 'Labelled volume without outer fluid, counted in the label map', Units: 'mL' },
  ventricle_ml: { Description: 'Lateral ventricles, both, counted in the label map', Units: 'mL' },
  ventricle_percent: { Description: 'ventricle_ml as a share of brain_ml', Units: 'percent' },
};

const columns = ['participant_id', 'age', 'sex', 'brain_ml', 'ventricle_ml', 'ventricle_percent'] as const;

function participantRow(name: string, { subject, brainMl, ventricleMl }: PhantomScan): string {
  const percent = (100 * ventricleMl) / brainMl;
  return [
    name,
    String(subject.ageYears),
    subject.sex,
    brainMl.toFixed(1),
    ventricleMl.toFixed(2),
    percent.toFixed(3),
  ].join('\t');
}

/** What a scan's sidecar says of where it comes from. */
const sidecarFields = z.object({ PhantomSeed: z.int() });
const descriptionName = 'Doppel phantom brains';
const cohortFiles = ['README', 'dataset_description.json', 'derivatives', 'participants.json', 'participants.tsv'];

/**
 * Passes a folder that is new or empty, or holds nothing but subjects of the same seed that are drawn again (an
 * interrupted cohort that is resumed): the same request gives the same files.
 */
async function prepareFolder(out: string, { names, seed }: { names: readonly string[]; seed: number }): Promise<void> {
  await mkdir(out, { recursive: true });
  const found = (await readdir(out)).filter((name) => !name.endsWith('.part')); // of a write that was cut short
  if (found.length === 0) return;
  const known = new Set([...cohortFiles, ...names]);
  const subjects = found.filter((name) => name.startsWith('sub-'));
  const isOurs =
    found.every((name) => known.has(name)) &&
    (await isDescribed(out)) &&
    (await Promise.all(subjects.map((name) => isOfSeed(join(out, name, 'anat'), name, seed)))).every(Boolean);
  if (isOurs) return;
  throw new AppError(
    'already-exists',
    `The folder ${out} is not empty (${String(found.length)} entries). Choose a new or an empty one.`,
  );
}

async function isDescribed(out: string): Promise<boolean> {
  try {
    const found: unknown = JSON.parse(await readFile(join(out, 'dataset_description.json'), 'utf8'));
    return z.object({ Name: z.literal(descriptionName) }).safeParse(found).success;
  } catch {
    return false;
  }
}

/** A subject whose drawing was cut short has no sidecar yet, and no scan either. */
async function isOfSeed(anatomy: string, name: string, seed: number): Promise<boolean> {
  try {
    const sidecar: unknown = JSON.parse(await readFile(join(anatomy, `${name}_T1w.json`), 'utf8'));
    return sidecarFields.parse(sidecar).PhantomSeed === seed;
  } catch {
    return (await readdir(anatomy).catch(() => [])).every((file) => file.endsWith('.part'));
  }
}

async function writeDescriptions(out: string): Promise<void> {
  const labels = join(out, 'derivatives', 'labels');
  const origin = { License: 'CC0-1.0', GeneratedBy: [{ Name: 'Doppel', Description: 'Procedural brain phantom' }] };
  await writeFileAtomic(
    join(out, 'dataset_description.json'),
    json({ Name: descriptionName, BIDSVersion: bidsVersion, DatasetType: 'raw', ...origin }),
  );
  await mkdir(labels, { recursive: true });
  await writeFileAtomic(
    join(labels, 'dataset_description.json'),
    json({ Name: 'Label maps of the phantom brains', BIDSVersion: bidsVersion, DatasetType: 'derivative', ...origin }),
  );
  const table = phantomStructures.map(({ index, name }) => `${String(index)}\t${name}`);
  await writeFileAtomic(join(labels, 'dseg.tsv'), ['index\tname', ...table, ''].join('\n'));
  await writeFileAtomic(join(out, 'README'), readme);
  await writeFileAtomic(join(out, 'participants.json'), json(participantsJson));
}

async function writeSubject(out: string, name: string, scan: PhantomScan, seed: number): Promise<void> {
  const anatomy = join(out, name, 'anat');
  const labels = join(out, 'derivatives', 'labels', name, 'anat');
  await mkdir(anatomy, { recursive: true });
  await mkdir(labels, { recursive: true });
  const description = 'Doppel phantom, not a person';
  await writeNifti(join(labels, `${name}_dseg.nii.gz`), scan.labels, { storage: { kind: 'uint8' }, description });
  await writeFileAtomic(
    join(anatomy, `${name}_T1w.json`),
    json({ Modality: 'MR', Simulated: true, PhantomSeed: seed, PhantomSubject: scan.subject.number }),
  );
  await writeNifti(join(anatomy, `${name}_T1w.nii.gz`), scan.image, { storage: { kind: 'uint8' }, description });
}

/**
 * Writes `request.count` subjects into the new or empty folder `request.out`; subject n depends on the seed and n alone.
 * Stopped between subjects, it leaves a valid data set of those that were done. Throws `already-exists` for a folder
 * with something else in it.
 */
export async function makePhantom(task: TaskOf<'phantom'>, context: WorkerContext): Promise<void> {
  const { count, seed, out } = task.request;
  const digits = Math.max(2, String(count).length);
  const nameOf = (number: number): string => `sub-${String(number).padStart(digits, '0')}`;
  await prepareFolder(out, { names: Array.from({ length: count }, (_, index) => nameOf(index + 1)), seed });
  await writeDescriptions(out);

  const template = createFoldTemplate(seed);
  const rows: string[] = [];
  const shown: SheetScan[] = [];
  const startedAt = performance.now();
  for (let number = 1; number <= count; number++) {
    await setImmediate(); // lets a cancel in
    if (context.isCancelled()) break;
    const name = nameOf(number);
    const scan = drawPhantom(seed, number, template);
    await writeSubject(out, name, scan, seed);
    rows.push(participantRow(name, scan));
    if (shown.length < sheetScans) shown.push({ volume: scan.image, low: 0, high: sheetWhite, caption: name });
    const secondsEach = (performance.now() - startedAt) / 1000 / number;
    const note = number < count ? 'Drawing brains' : '';
    context.send({
      type: 'progress',
      progress: { done: number, total: count, unit: 'volumes', secondsLeft: secondsEach * (count - number), note },
    });
  }
  await writeFileAtomic(join(out, 'participants.tsv'), [columns.join('\t'), ...rows, ''].join('\n'));
  if (rows.length < count) throw cancelledError();

  const sheet = drawContactSheet(shown, { columns: sheetColumns });
  await mkdir(task.jobDir, { recursive: true });
  const sheetPath = join(task.jobDir, 'phantoms.png');
  await writeFileAtomic(sheetPath, sheet);
  context.send({
    type: 'artifact',
    kind: 'contact-sheet',
    path: sheetPath,
    sha256: sha256Of(sheet),
    iteration: null,
    seed,
  });
}
