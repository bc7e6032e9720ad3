/**
 * `npm run -s bench -- evidence [--scans 100] [--sections likeness,anatomy,privacy]`: how long and in how much memory is a
 * report made of as many synthetic and real scans of 64³ voxels, with the training scans? The job as the backend starts it;
 * scans are drawn from the Gaussian of the shared cohort, which takes no network. Words on stderr, one JSON line on stdout.
 */
import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { evidenceSection } from '#contract/evidence/request.ts';
import { workerMessage, type TaskOf } from '#contract/jobs.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import { createRandom } from '#shared/random.ts';
import { gaussianScans } from '#shared/statistics/baselines.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { watchMemory } from './import/processTree.ts';
import { childProcessorMinutes } from './learn/processorTime.ts';

const grid = 64;
const spacingMm = 2.8;
const subjects = 20;
const range = { slope: 1 / 32, intercept: 0 };

async function readCohort(): Promise<Sample> {
  const scans: Float32Array[] = [];
  for (let subject = 1; subject <= subjects; subject++) {
    const name = `sub-${String(subject).padStart(2, '0')}`;
    const prepared = await prepareScan(resolve('..', 'shared', 'cohort', name, 'anat', `${name}_T1w.nii.gz`));
    scans.push(resampleToGrid(prepared, { grid, spacingMm }).volume.data);
  }
  return scans;
}

/** As a synthesis writes them: whole numbers, packed. */
async function write(folder: string, scans: Sample): Promise<void> {
  await mkdir(folder, { recursive: true });
  const affine = gridAffine(spacingMm, [0, 0, 0]);
  for (const [at, voxels] of scans.entries()) {
    const data = voxels.map((value) => 500 * (value + 1));
    const path = join(folder, `sub-${String(at + 1).padStart(3, '0')}_T1w.nii.gz`);
    await writeNifti(path, { size: [grid, grid, grid], affine, data }, { storage: { kind: 'int16', ...range }, description: 'bench' }); // prettier-ignore
  }
}

async function runJob(task: TaskOf<'evidence'>): Promise<object> {
  const processorBefore = (await childProcessorMinutes()) ?? 0;
  const startedAt = performance.now();
  const worker = fork(resolve('src-main/worker/entry.ts'), ['bench'], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }); // prettier-ignore
  const memory = watchMemory(worker.pid ?? 0);
  let [fault, note] = ['', ''];
  worker.on('message', (raw) => {
    const message = workerMessage.parse(raw);
    if (message.type === 'failed') fault = message.error.message;
    if (message.type !== 'progress' || message.progress.note.split(' ')[0] === note) return;
    note = message.progress.note.split(' ')[0] ?? '';
    console.error(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${message.progress.note}`);
  });
  worker.send(task);
  await new Promise((ended) => worker.once('close', ended));
  const { peakMb } = memory.stop();
  if (fault !== '') throw new Error(fault);
  return {
    seconds: Math.round((performance.now() - startedAt) / 1000),
    processorSeconds: Math.round(60 * (((await childProcessorMinutes()) ?? 0) - processorBefore)),
    peakMb: Math.round(peakMb),
  };
}

const { values } = parseArgs({
  options: {
    scans: { type: 'string', default: '100' },
    sections: { type: 'string', default: evidenceSection.options.join(',') },
  },
});
const root = await mkdtemp(join(tmpdir(), 'doppel-bench-evidence-'));
try {
  const count = Number(values.scans);
  const sections = values.sections.split(',').map((name) => evidenceSection.parse(name));
  console.error(`Making ${String(2 * count)} scans …`);
  const training = await readCohort();
  const random = createRandom(1);
  const folders = { real: join(root, 'real'), synthetic: join(root, 'synthetic'), training: join(root, 'training') };
  await write(folders.training, training);
  await write(folders.real, gaussianScans(training, { count, random: random.fork('real') }));
  await write(folders.synthetic, gaussianScans(training, { count, random: random.fork('synthetic') }));
  const found = await runJob({
    kind: 'evidence',
    request: {
      kind: 'evidence',
      real: { folder: folders.real },
      synthetic: folders.synthetic,
      training: folders.training,
      grid: null,
      sections,
      out: null,
      seed: 1,
    },
    jobDir: root,
    reportsDir: join(root, 'reports'),
    jobId: 'bench',
    dataset: null,
    versions: { doppel: '', node: process.version, engine: '' },
  });
  console.log(JSON.stringify({ case: 'evidence', scans: { real: count, synthetic: count, training: subjects }, grid, sections, ...found })); // prettier-ignore
} finally {
  await rm(root, { recursive: true, force: true });
}
