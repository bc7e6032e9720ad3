/**
 * The project that the figures of the window are taken from, made by Doppel itself: phantoms of 1 mm, a thousand small
 * scans, and a training run. Only its ten thousand losses are written by hand, through the store that the backend uses:
 * training for them would take hours.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import type { Job, MetricRow } from '#contract/jobs.ts';
import { createSampler } from '#imaging/interpolate.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createFoldTemplate, drawPhantom, phantomSpacingMm } from '#imaging/phantom.ts';
import { createRandom } from '#shared/random.ts';
import { gridAffine, invertAffine, multiplyAffines, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { openSession, type BackendSession } from '../../demo/backendSession.ts';

/** The 1 mm grid of the MNI template, on which most shared brains come. */
const fullSize: Vector3 = [181, 217, 181];
const fullOriginMm: Vector3 = [-90, -126, -72];
const fullGrid = 192; // the cube nearest to it in voxels
const smallSize: Vector3 = [24, 28, 24];
const smallSpacingMm = (phantomSpacingMm * 96) / 24;

export const galleryScans = 1000;
const galleryGrid = 32;
export const lossPoints = 10_000;
const seed = 1;

export interface BenchProject {
  readonly path: string;
  /** Two scans of `fullSize`, beside the project. */
  readonly files: readonly string[];
}

const fullFiles = ['phantom-1.nii', 'phantom-2.nii'] as const;
/** Written last: a folder without it was left half made. */
const doneName = 'complete';

function placesIn(work: string): BenchProject & { readonly full: string; readonly small: string } {
  const full = join(work, 'full');
  return {
    path: join(work, 'Bench.doppel'),
    files: fullFiles.map((name) => join(full, name)),
    full,
    small: join(work, 'small'),
  };
}

/** `volume` on another grid, by linear interpolation. */
function onGrid(volume: Volume, size: Vector3, spacingMm: number, originMm: Vector3): Volume {
  const affine = gridAffine(spacingMm, originMm);
  const [a, b, c] = multiplyAffines(invertAffine(volume.affine), affine);
  const { linear } = createSampler(volume.data, volume.size);
  const data = new Float32Array(size[0] * size[1] * size[2]);
  let index = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, index++) {
        data[index] = linear(a[0] * i + a[3], b[1] * j + b[3], c[2] * k + c[3]);
      }
    }
  }
  return { size, affine, data };
}

const asFloats = { storage: { kind: 'float32' }, description: 'Doppel phantom' } as const;

async function writeScans(places: ReturnType<typeof placesIn>): Promise<void> {
  await Promise.all([places.full, places.small].map((folder) => mkdir(folder, { recursive: true })));
  const template = createFoldTemplate(seed);
  const phantoms = [0, 1].map((number) => drawPhantom(seed, number, template).image);
  const small: Volume[] = [];
  for (const [number, phantom] of phantoms.entries()) {
    await writeNifti(
      join(places.full, fullFiles[number as 0 | 1]),
      onGrid(phantom, fullSize, 1, fullOriginMm),
      asFloats,
    );
    const first = phantom.affine.slice(0, 3).map((row) => row[3]) as [number, number, number];
    small.push(onGrid(phantom, smallSize, smallSpacingMm, first));
  }
  const random = createRandom(seed).fork('gallery');
  for (let number = 1; number <= galleryScans; number++) {
    const scan = small[number % small.length];
    if (scan === undefined) continue;
    // Noise of its own makes each a different scan: the same one twice would be refused.
    const data = scan.data.map((value) => (value > 0 ? value + 10 * random.uniform() : 0));
    const path = join(places.small, `sub-${String(number).padStart(4, '0')}_T1w.nii`);
    await writeNifti(path, { ...scan, data }, asFloats);
  }
}

async function importInto(session: BackendSession, project: string, name: string, folder: string): Promise<void> {
  const request = {
    project,
    folder,
    name,
    grid: name === 'heads' ? fullGrid : galleryGrid,
    spacingMm: name === 'heads' ? 1 : ('auto' as const),
    holdout: 0,
    seed,
    derivative: null,
  };
  await session.finish(project, await session.call('dataset.import', request), `Import of ${name}`);
}

const lossNames = ['discriminator', 'generator', 'encoder', 'codeDiscriminator', 'reconstruction', 'penalty'] as const;

/** Curves that fall, with noise: what a training of days leaves. */
function drawLosses(): MetricRow[] {
  const random = createRandom(seed).fork('losses');
  return Array.from({ length: lossPoints }, (_, index) => ({
    iteration: index + 1,
    values: Object.fromEntries(
      lossNames.map((name, order) => [name, (order + 1) * Math.exp(-index / 3000) + random.normal() / 10]),
    ),
  }));
}

async function train(session: BackendSession, project: string): Promise<Job> {
  const asked = await session.call('model.train', {
    project,
    dataset: 'gallery',
    modelId: 'alpha-wgan',
    preset: null,
    overrides: { width: 16, latent: 8, batch: 1 },
    until: { iterations: 1 },
    seed,
    previewEvery: null,
    checkpointEvery: null,
  });
  return session.finish(project, asked, 'Training');
}

/** What was made in `work` before, or what is made there now, which takes minutes. `say` gets lines of progress. */
export async function provideProject(work: string, say: (line: string) => void): Promise<BenchProject> {
  const places = placesIn(work);
  const done = join(work, doneName);
  if (existsSync(done)) return places;
  const { path, full, small } = places;
  await Promise.all([path, full, small].map((place) => rm(place, { recursive: true, force: true })));
  say('Drawing phantoms …');
  await writeScans(places);
  const session = openSession(say);
  let run: Job;
  try {
    await session.call('project.create', { project: path });
    await importInto(session, path, 'heads', full);
    say(`Importing ${String(galleryScans)} scans …`);
    await importInto(session, path, 'gallery', small); // the newest is what the Data page shows
    run = await train(session, path);
  } finally {
    await session.close();
  }
  const store = createStore(openForOwner(path));
  try {
    store.metrics.insert(run.id, drawLosses());
  } finally {
    store.close();
  }
  await rm(small, { recursive: true }); // imported; the full ones are opened as files as well
  await writeFile(done, '');
  return places;
}
