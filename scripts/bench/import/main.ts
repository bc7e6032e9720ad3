/**
 * `npm run -s bench -- import [--scans N] [--grid G]`: how fast and in how much memory are scans of 1 mm imported? The
 * import job as the backend starts it, on N scans (20) made from the shared cohort; then reading and resampling of some of
 * them alone, beside nibabel and scipy (reference.py) on the same grids. Python is `python3`, or what DOPPEL_BENCH_PYTHON
 * names; without it, that part is left out and said so. Words on stderr, one JSON line on stdout.
 */
import { execFile, fork } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { workerMessage, type WorkerTask } from '#contract/jobs.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import { childProcessorMinutes } from '../learn/processorTime.ts';
import { makeScans } from './makeScans.ts';
import { watchMemory } from './processTree.ts';

const python = process.env['DOPPEL_BENCH_PYTHON'] ?? 'python3';
const spacingMm = 1.5;
const mostCompared = 6;

const say = (line: string): void => {
  console.error(line);
};
const round = (value: number): number => Number(value.toPrecision(3));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Folders {
  readonly folder: string;
  readonly projectDir: string;
  readonly grid: number;
}

async function benchJob({ folder, projectDir, grid }: Folders, scans: number): Promise<object> {
  const request = { kind: 'import', folder, name: 'bench', grid, spacingMm, holdout: 0.2, seed: 1, derivative: null } as const; // prettier-ignore
  const task: WorkerTask = { kind: 'import', request, projectDir, jobDir: projectDir };
  const processorBefore = (await childProcessorMinutes()) ?? 0;
  const startedAt = performance.now();
  const worker = fork(resolve('src-main/worker/entry.ts'), ['bench'], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }); // prettier-ignore
  const memory = watchMemory(worker.pid ?? 0);
  let stored = 0;
  let fault = '';
  worker.on('message', (raw) => {
    const message = workerMessage.parse(raw);
    if (message.type === 'dataset') stored = message.volumes.length;
    if (message.type === 'failed') fault = message.error.message;
    if (message.type === 'file') process.stderr.write('.');
  });
  worker.send(task);
  await new Promise((ended) => worker.once('close', ended));
  const minutes = (performance.now() - startedAt) / 60_000;
  const { peakMb, processes } = memory.stop();
  if (stored !== scans) throw new Error(`${String(stored)} of ${String(scans)} scans were stored. ${fault}`);
  const processorMinutes = ((await childProcessorMinutes()) ?? 0) - processorBefore;
  const result = {
    scans,
    scansPerMinute: round(scans / minutes),
    processorSecondsPerScan: round((60 * processorMinutes) / scans),
    peakMb: Math.round(peakMb),
    processes,
  };
  say(`\nimport: ${String(result.scansPerMinute)} scans a minute, ${String(result.processorSecondsPerScan)} s of processor each, at most ${String(result.peakMb)} MiB in ${String(processes)} processes`); // prettier-ignore
  return result;
}

/** Pearson's correlation where either is brain. */
function agreement(a: Float32Array, b: Float32Array): number {
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index] ?? 0, b[index] ?? 0];
    if (x === -1 && y === -1) continue;
    n++;
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
  }
  return (n * sab - sa * sb) / Math.sqrt((n * saa - sa * sa) * (n * sbb - sb * sb));
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function benchReading({ projectDir, grid }: Folders, paths: readonly string[]): Promise<object> {
  const jobs: object[] = [];
  const own: number[] = [];
  const outs: { ours: string; theirs: string }[] = [];
  for (const [at, scan] of paths.slice(0, mostCompared).entries()) {
    const before = processorSeconds();
    const { volume, transform } = resampleToGrid(await prepareScan(scan), { grid, spacingMm });
    const [ours, theirs] = ['ours', 'theirs'].map((whose) => join(projectDir, `${whose}-${String(at)}.nii`)) as [string, string]; // prettier-ignore
    await writeNifti(ours, volume, { storage: { kind: 'float32' }, description: '' });
    own.push(processorSeconds() - before);
    const sigmaVoxels = transform.smoothingSigmaMm.map(
      (sigma, axis) => sigma / (transform.native.spacingMm[axis] ?? 1),
    );
    jobs.push({ scan, grid, affine: volume.affine, sigmaVoxels, out: theirs });
    outs.push({ ours, theirs });
  }
  const ours = round(mean(own));
  say(`reading and resampling: ${String(ours)} s of processor a scan, ours`);
  const list = join(projectDir, 'jobs.json');
  await writeFile(list, JSON.stringify(jobs));
  const script = join(import.meta.dirname, 'reference.py');
  const answer = await promisify(execFile)(python, [script, list], { env: { ...process.env, OMP_NUM_THREADS: '1' } }).catch((thrown: unknown) => {
    const words = thrown instanceof Error ? (thrown.message.trim().split('\n').at(-1) ?? '') : String(thrown);
    say(`Nothing to compare with: ${python} with nibabel and scipy is needed (DOPPEL_BENCH_PYTHON names another). ${words}`);
    return null;
  }); // prettier-ignore
  if (answer === null) return { ours };
  const { seconds, versions } = JSON.parse(answer.stdout) as { seconds: number[]; versions: Record<string, string> };
  const theirs = round(mean(seconds));
  const agreements: number[] = [];
  for (const pair of outs) {
    const [a, b] = [await readVolume(pair.ours), await readVolume(pair.theirs)];
    agreements.push(agreement(a.volume.data, b.volume.data));
  }
  const result = { ours, theirs, ratio: round(ours / theirs), leastCorrelation: Number(Math.min(...agreements).toFixed(4)), versions }; // prettier-ignore
  say(`nibabel and scipy: ${String(theirs)} s; ratio ${String(result.ratio)}, correlation of the results at least ${String(result.leastCorrelation)}`); // prettier-ignore
  return result;
}

const { values } = parseArgs({
  options: { scans: { type: 'string', default: '20' }, grid: { type: 'string', default: '128' } },
});
const root = await mkdtemp(join(tmpdir(), 'doppel-bench-import-'));
try {
  const [folder, projectDir] = [join(root, 'scans'), join(root, 'project')];
  for (const path of [folder, projectDir]) await mkdir(path);
  const folders: Folders = { folder, projectDir, grid: Number(values.grid) };
  const scans = Number(values.scans);
  say(`Making ${String(scans)} scans …`);
  const paths = await makeScans(folder, scans);
  const job = await benchJob(folders, scans);
  console.log(JSON.stringify({ job, reading: await benchReading(folders, paths) }));
} finally {
  await rm(root, { recursive: true, force: true });
}
