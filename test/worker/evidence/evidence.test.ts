import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evidenceReport, type EvidenceReport } from '#contract/evidence/report.ts';
import type { LikenessMeasure } from '#contract/evidence/likeness.ts';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createRandom } from '#shared/random.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { evidence } from '#worker/evidence/evidence.ts';
import { readScans } from '#worker/evidence/readScans.ts';
import { findSources } from '#worker/evidence/sources.ts';

const side = 16;
const count = 10; // of a set; fewer have no verdict
let folder: string;

/** A ball of two tissues: [-1, 1], background exactly −1. `size`: of the inner one, by which fakes may differ. */
function ball(seed: number, size: number): Float32Array {
  const random = createRandom(seed);
  const [cx, cy, cz] = [0, 0, 0].map(() => side / 2 - 0.5 + random.uniform() - 0.5) as [number, number, number];
  const radius = 5.5 + 0.8 * random.uniform();
  return Float32Array.from({ length: side ** 3 }, (_, at) => {
    const [z, y, x] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side] as const;
    const r = Math.hypot(x - cx, y - cy, z - cz);
    const noise = 0.05 * random.normal();
    return r > radius ? -1 : Math.min(1, Math.max(-0.99, (r > size ? 0.6 : -0.4) + noise));
  });
}

async function writeSet(name: string, from: number, size: number): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  for (let at = 0; at < count; at++) {
    const volume = { size: [side, side, side] as const, affine: gridAffine(2, [0, 0, 0]), data: ball(from + at, size) };
    const file = join(path, `sub-${String(at + 1).padStart(2, '0')}_T1w.nii`);
    await writeNifti(file, volume, { storage: { kind: 'float32' }, description: 'test' });
  }
  return path;
}

function taskOf(request: Partial<TaskOf<'evidence'>['request']>): TaskOf<'evidence'> {
  return {
    kind: 'evidence',
    request: {
      kind: 'evidence',
      real: { folder: join(folder, 'real') },
      synthetic: join(folder, 'alike'),
      training: null,
      grid: null,
      sections: ['likeness'],
      out: null,
      seed: 1,
      ...request,
    },
    jobDir: folder,
    reportsDir: join(folder, 'reports'),
    jobId: 'evidence-1',
    dataset: null,
    versions: { doppel: '0.0.0', node: '24', engine: '' },
  };
}

async function run(
  request: Partial<TaskOf<'evidence'>['request']>,
): Promise<{ report: EvidenceReport; messages: WorkerMessage[] }> {
  // prettier-ignore
  const messages: WorkerMessage[] = [];
  await evidence(taskOf(request), { send: (message) => messages.push(message), isCancelled: () => false });
  const text = await readFile(join(folder, 'reports', 'evidence-1.json'), 'utf8');
  return { report: evidenceReport.parse(JSON.parse(text)), messages };
}

const measure = ({ sections }: EvidenceReport, name: string): LikenessMeasure => {
  const found = sections.likeness?.measures.find((one) => one.name === name);
  if (found === undefined) throw new Error(`The report has no ${name}.`);
  return found;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doppel-evidence-'));
  await writeSet('real', 100, 2.5);
  await writeSet('alike', 200, 2.5);
  await writeSet('other', 300, 4);
  await writeFile(join(folder, 'alike', 'broken.nii'), 'no scan');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('evidence', () => {
  it('takes scans of one grid as they are, names what it leaves out, and gives every figure N, interval, floor and baselines', async () => {
    const { report, messages } = await run({});
    expect(report).toMatchObject({
      preparation: 'as-stored',
      grid: { side, spacingMm: 2 },
      sets: { real: { n: count, split: 'folder' }, synthetic: { n: count }, training: null },
      excluded: [{ role: 'synthetic', file: 'broken.nii', code: 'not-an-image' }],
    });
    const mmd = measure(report, 'mmdRbf');
    expect(mmd).toMatchObject({
      extractor: 'random-3d-1',
      seed: 1,
      synthetic: { n: { real: count, synthetic: count } },
    });
    expect(mmd.p).toBeGreaterThan(0.05);
    expect(mmd.synthetic.value).toBeLessThan(mmd.meanBrain?.value ?? -Infinity);
    for (const { name, synthetic } of report.sections.likeness?.measures ?? []) {
      if (name === 'checkerboard') continue; // a grid of 16 has no room for it
      expect(synthetic.low, name).toBeLessThanOrEqual(synthetic.value ?? NaN);
      expect(synthetic.high, name).toBeGreaterThanOrEqual(synthetic.value ?? NaN);
    }
    expect(measure(report, 'precision').synthetic.value).toBeGreaterThan(0.5);
    expect(report.sections.likeness?.extractors.map(({ sha256 }) => sha256.length)).toEqual([64]);
    expect(report.sections.likeness?.embeddings[0]).toMatchObject({
      real: { length: count },
      synthetic: { length: count },
    });
    const html = await readFile(join(folder, 'reports', 'evidence-1.html'), 'utf8');
    expect(html).toContain('Floor of real scans');
    expect(html).not.toMatch(/<script|https?:/);
    expect(messages.some((message) => message.type === 'artifact')).toBe(true);
  });

  it('sees that other scans are others, and by which', async () => {
    const { report } = await run({ synthetic: join(folder, 'other') });
    const again = await run({ synthetic: join(folder, 'other') });
    expect({ ...again.report, createdAt: '' }).toEqual({ ...report, createdAt: '' }); // same request, same numbers
    expect(measure(report, 'mmdRbf').p).toBeLessThan(0.01);
    expect(measure(report, 'c2stAuc').synthetic.value).toBeGreaterThan(0.9);
    expect(measure(report, 'intensityKs').synthetic.value ?? 0).toBeGreaterThan(
      measure(report, 'intensityKs').floor?.high ?? Infinity,
    );
    expect(report.verdicts[0]?.tone).not.toBe('good');
  });

  it('brings scans to a grid that is asked for by the way of an import, and says when real scans were trained on', async () => {
    const task = taskOf({ grid: 20, training: join(folder, 'real') });
    const found = await findSources(task, { send: () => undefined, isCancelled: () => false });
    const progress = (): Promise<void> => Promise.resolve();
    const read = await readScans(found, { grid: 20, dataset: null, seed: 1, progress });
    expect(read).toMatchObject({ preparation: 'imported', scans: { side: 20, real: { length: count }, training: { length: count } } }); // prettier-ignore
    expect(read.warnings.join(' ')).toContain(`${String(count)} of the real scans are among the training scans`);
    const [first] = read.scans.synthetic;
    expect(first).toMatchObject({ id: 'sub-01_T1w.nii', role: 'synthetic' });
    expect(first?.voxels).toHaveLength(20 ** 3);
    expect(first?.voxels[0]).toBe(-1);
  });

  it('gives pseudonyms to real scans that are not called by running numbers', async () => {
    const named = join(folder, 'named');
    await cp(join(folder, 'real'), named, { recursive: true });
    await rename(join(named, 'sub-01_T1w.nii'), join(named, 'jane-doe.nii'));
    await writeFile(join(named, 'john-doe.nii'), 'no scan');
    const found = await findSources(taskOf({ real: { folder: named } }), { send: () => undefined, isCancelled: () => false }); // prettier-ignore
    const progress = (): Promise<void> => Promise.resolve();
    const { outcomes, ...written } = await readScans(found, { grid: null, dataset: null, seed: 1, progress });
    expect(JSON.stringify({ ...written, scans: { ...written.scans, synthetic: [] } })).not.toMatch(/doe/);
    expect(written.records.map(({ id }) => id)).toContain('sub-p0001');
    expect(outcomes.map(({ path }) => path)).toContain('real/jane-doe.nii'); // told, not written
  });

  it('refuses where a set has no scans', async () => {
    await mkdir(join(folder, 'nothing'), { recursive: true });
    await expect(run({ synthetic: join(folder, 'nothing') })).rejects.toMatchObject({ code: 'no-usable-scans' });
  });
});
