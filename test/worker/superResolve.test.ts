import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import type { AffineMatrix } from '#contract/records.ts';
import { superResolutionResults, type SuperResolvedScan } from '#contract/superResolution.ts';
import { assembleResults } from '#backend/scans/assembleResults.ts';
import { degrade } from '#imaging/degrade.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { applyAffine, multiplyAffines, type Vector3 } from '#shared/volume/affine.ts';
import { orientationCode } from '#shared/volume/orientation.ts';
import { superResolve } from '#worker/superResolve.ts';
import { brainValues, writeScan } from '../imaging/scanFixture.ts';
import { temporaryFolder } from '../imaging/temporaryFolder.ts';
import { trainedOnAnything, writeSmallCheckpoint, type SmallCheckpoint } from './superResolutionCheckpoint.ts';

interface Asked {
  readonly files: readonly string[];
  readonly request?: Partial<TaskOf<'super-resolve'>['request']>;
  readonly names?: Readonly<Record<string, string>>;
  readonly keepsNames?: boolean;
  readonly isCancelled?: (messages: readonly WorkerMessage[]) => boolean;
}

async function run(
  folder: string,
  checkpoint: SmallCheckpoint,
  { files, request = {}, names = {}, keepsNames = true, isCancelled = () => false }: Asked,
): Promise<{ volumes: readonly SuperResolvedScan[]; messages: readonly WorkerMessage[] }> {
  const messages: WorkerMessage[] = [];
  const jobDir = join(folder, 'job');
  await superResolve(
    {
      kind: 'super-resolve',
      request: {
        kind: 'super-resolve',
        checkpointId: checkpoint.id,
        files: [...files],
        out: join(folder, 'out'),
        factor: null,
        tile: null,
        uncertainty: false,
        backProjection: 0,
        seed: 0,
        ...request,
      },
      jobDir,
      keepsNames,
      names,
      checkpointDir: checkpoint.dir,
      checkpointSha256: checkpoint.sha256,
      versions: { doppel: '0.0.0', node: '24', engine: 'unknown' },
    },
    { send: (message) => messages.push(message), isCancelled: () => isCancelled(messages) },
  );
  const results = superResolutionResults.parse(JSON.parse(readFileSync(join(jobDir, 'results.json'), 'utf8')));
  const rows = {
    outcomes: messages.flatMap((message) => (message.type === 'file' ? [message.outcome] : [])),
    artifacts: messages.flatMap((message) => (message.type === 'artifact' ? [{ ...message, id: message.path }] : [])),
  };
  return { volumes: assembleResults(folder, results.volumes, rows), messages };
}

const rasSize: Vector3 = [22, 26, 18];
const brain = brainValues([22, 26, 18]);
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** The brain stored with file axis n along RAS axis `order[n]`, backwards where `flips[n]`. */
function storedBrain(
  order: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2],
  flips: readonly boolean[],
  spacing: Vector3,
): { size: Vector3; values: Float32Array; sform: AffineMatrix } {
  const size: Vector3 = [rasSize[order[0]], rasSize[order[1]], rasSize[order[2]]];
  const values = new Float32Array(brain.length);
  for (let k = 0, index = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, index++) {
        const ras: [number, number, number] = [0, 0, 0];
        [i, j, k].forEach((at, axis) => {
          ras[order[axis] ?? 0] = flips[axis] === true ? (size[axis] ?? 0) - 1 - at : at;
        });
        values[index] = brain[ras[0] + rasSize[0] * (ras[1] + rasSize[1] * ras[2])] ?? NaN;
      }
    }
  }
  const rows: [number, number, number, number][] = [0, 1, 2].map((world) => [
    0,
    0,
    0,
    [-21.5, -30.25, 12.125][world] ?? 0,
  ]);
  order.forEach((world, axis) => {
    const row = rows[world];
    if (row === undefined) return;
    const step = spacing[world];
    row[axis] = flips[axis] === true ? -step : step;
    if (flips[axis] === true) row[3] += step * (rasSize[world] - 1);
  });
  return { size, values, sform: [rows[0], rows[1], rows[2], [0, 0, 0, 1]] as AffineMatrix };
}

/** RAS mm of the eight outer corners, in the order of the file's axes. */
function corners(affine: AffineMatrix, size: readonly number[]): number[][] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
    applyAffine(
      affine,
      [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? (size[axis] ?? NaN) - 0.5 : -0.5)) as [number, number, number],
    ),
  );
}

const oblique: AffineMatrix = [
  [0.94, -0.3, 0.17, 0],
  [0.32, 0.94, -0.1, 0],
  [-0.13, 0.15, 0.98, 0],
  [0, 0, 0, 1],
];

async function requireSamePlace(source: string, path: string): Promise<void> {
  const input = await readVolume(source);
  const output = await readVolume(path);
  const found = corners(output.volume.affine, output.volume.size);
  corners(input.volume.affine, input.volume.size).forEach((corner, at) => {
    corner.forEach((value, world) => {
      expect(Math.abs((found[at]?.[world] ?? NaN) - value)).toBeLessThan(1e-3);
    });
  });
  expect(orientationCode(output.volume.affine)).toBe(orientationCode(input.volume.affine));
  // What is bright in the scan is bright at the same millimetres of the result.
  const bright = (scan: typeof input): Vector3 => {
    const { size, data, affine } = scan.volume;
    const sum: [number, number, number] = [0, 0, 0];
    let count = 0;
    data.forEach((value, at) => {
      if (value < 170) return;
      count++;
      sum[0] += at % size[0];
      sum[1] += Math.floor(at / size[0]) % size[1];
      sum[2] += Math.floor(at / size[0] / size[1]);
    });
    return applyAffine(affine, [sum[0] / count, sum[1] / count, sum[2] / count]);
  };
  const expected = bright(input);
  bright(output).forEach((value, world) => {
    expect(Math.abs(value - expected[world as 0 | 1 | 2])).toBeLessThan(0.6);
  });
}

describe('the place of a super-resolved scan', () => {
  it.each([
    { factor: '1x1x2', spacing: [1, 1.1, 2.5], flipsOf: () => [0, 1, 2, 3, 4, 5, 6, 7] },
    // Where no direction is special, each order once each way round.
    { factor: 2, spacing: [2, 2.2, 1.9], flipsOf: (at: number) => [at, 7 - at] },
  ] as const)(
    'is that of the scan, in every axis order, slanted or not: $factor',
    async ({ factor, spacing, flipsOf }) => {
      const folder = temporaryFolder();
      let written = 0;
      for (const [at, order] of orders.entries()) {
        for (const flip of flipsOf(at)) {
          written++;
          const flips = [flip % 2 === 1, (flip >> 1) % 2 === 1, flip >> 2 === 1];
          const stored = storedBrain(order, flips, spacing);
          const sform = flip % 3 === 2 ? multiplyAffines(oblique, stored.sform) : stored.sform;
          writeScan(join(folder, 'in', `o${order.join('')}f${String(flip)}.nii.gz`), {
            ...stored,
            datatype: 'int16',
            sform,
          });
        }
      }
      const checkpoint = await writeSmallCheckpoint(folder, { factor });
      const { volumes } = await run(folder, checkpoint, { files: [join(folder, 'in')] });
      expect(volumes).toHaveLength(written);
      for (const { source, path, spacingMm, warning } of volumes) {
        expect(warning).toBeNull();
        await requireSamePlace(source, path);
        const input = await readVolume(source);
        const ratios = input.native.spacingMm.map((length, axis) => Math.round(length / (spacingMm[axis] ?? NaN)));
        const isThick = input.native.spacingMm.map((length) => length > 2.4);
        expect(ratios).toEqual(factor === 2 ? [2, 2, 2] : isThick.map((thick) => (thick ? 2 : 1)));
      }
    },
  );

  it('is found for thick slices in another direction than the network’s, with a warning', async () => {
    const folder = temporaryFolder();
    const source = writeScan(join(folder, 'coronal.nii'), {
      ...storedBrain([0, 1, 2], [false, true, false], [1, 3, 1]),
      datatype: 'float32',
    });
    const checkpoint = await writeSmallCheckpoint(folder, { factor: '1x1x2' });
    const { volumes } = await run(folder, checkpoint, { files: [source] });
    const [scan] = volumes;
    expect(scan?.spacingMm.map((length) => Number(length.toFixed(4)))).toEqual([1, 1.5, 1]);
    expect(scan?.warning).toMatch(/front-back in place of down-up/);
    await requireSamePlace(source, scan?.path ?? '');
  });
});

describe('the files of super-resolved scans', () => {
  it('are named by their subjects where the project knows them, and never alike', async () => {
    const folder = temporaryFolder();
    const files = ['a/T1.nii', 'b/T1.nii', '0c1d.nii'].map((name) =>
      writeScan(join(folder, name), {
        ...storedBrain([0, 1, 2], [false, false, false], [1, 1, 2]),
        datatype: 'float32',
      }),
    );
    const names = { [files[2] ?? '']: 'sub-01_ses-2' };
    const checkpoint = await writeSmallCheckpoint(folder, { factor: '1x1x2' });
    const { volumes } = await run(folder, checkpoint, { files, names });
    expect(volumes.map(({ path }) => basename(path))).toEqual([
      'T1_superres.nii.gz',
      'T1_2_superres.nii.gz',
      'sub-01_ses-2_superres.nii.gz',
    ]);
    const inside = await run(folder, checkpoint, { files, names, keepsNames: false, request: { out: join(folder, 'in') } }); // prettier-ignore
    expect(inside.volumes.map(({ path }) => basename(path))).toEqual(['file-0001_superres.nii.gz', 'file-0002_superres.nii.gz', 'sub-01_ses-2_superres.nii.gz']); // prettier-ignore
  });
});

describe('the content of a super-resolved scan', () => {
  it('has the scan’s intensities, exact air, and says what it is', async () => {
    const folder = temporaryFolder();
    const source = writeScan(join(folder, 'sub-07_T1w.nii.gz'), {
      ...storedBrain([0, 1, 2], [false, false, false], [2, 2, 2]),
      datatype: 'float32',
    });
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2 });
    const { volumes, messages } = await run(folder, checkpoint, { files: [source], request: { uncertainty: true } });
    const path = join(folder, 'out', 'sub-07_desc-superres_T1w.nii.gz');
    expect(volumes[0]?.path).toBe(path);
    const { volume } = await readVolume(path);
    const header = readFileSync(path.replace('.nii.gz', '.json'), 'utf8');
    expect(JSON.parse(header)).toMatchObject({ SuperResolved: true, ModelHash: checkpoint.sha256, Factor: '2' });
    expect(header).not.toContain('sub-07');
    // An untrained network interpolates: the mean of each block is the voxel, away from edges.
    const again = degrade(volume, { factor: [2, 2, 2], profile: 'box', noise: 0, seed: 0 });
    let [compared, near] = [0, 0];
    const [nx, ny] = rasSize;
    const isInside = (at: number): boolean =>
      [0, 1, -1, nx, -nx, nx * ny, -nx * ny].every((step) => (brain[at + step] ?? 0) > 0);
    brain.forEach((value, at) => {
      if (!isInside(at)) return;
      compared++;
      if (Math.abs((again.data[at] ?? NaN) - value) < 8) near++;
    });
    expect(near / compared).toBeGreaterThan(0.8);
    expect(volume.data.filter((value) => value === 0).length).toBeGreaterThan(volume.data.length / 3);
    expect(
      messages.filter(({ type }) => type === 'artifact').map((message) => 'kind' in message && message.kind),
    ).toEqual(['interpolated', 'difference', 'consistency', 'uncertainty', 'sidecar', 'super-resolved-volume']);
    const consistency = await readVolume(volumes[0]?.maps.consistency ?? '');
    expect(consistency.volume.size).toEqual(rasSize);
    const uncertainty = await readVolume(volumes[0]?.maps.uncertainty ?? '');
    expect(uncertainty.volume.size).toEqual(volume.size);
    expect(Math.min(...uncertainty.volume.data)).toBeGreaterThan(-1e-2);
    const [fineX, fineY] = uncertainty.volume.size;
    const isSpreadInAir = uncertainty.volume.data.some((value, at) => {
      const [x, y, z] = [at % fineX, Math.floor(at / fineX) % fineY, Math.floor(at / fineX / fineY)];
      return value !== 0 && brain[(x >> 1) + nx * ((y >> 1) + ny * (z >> 1))] === 0;
    });
    expect(isSpreadInAir).toBe(false);
    expect(volumes[0]?.consistency.words).toMatch(/differs from the scan by/);
  });

  it('is the same in small tiles and in one, and the same again', async () => {
    const folder = temporaryFolder();
    const source = writeScan(join(folder, 'scan.nii.gz'), {
      ...storedBrain([1, 0, 2], [true, false, true], [2, 2, 2]),
      datatype: 'float32',
    });
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2, strength: 0.05 });
    const whole = await run(folder, checkpoint, { files: [source] });
    const first = (await readVolume(whole.volumes[0]?.path ?? '')).volume.data;
    const bytes = readFileSync(whole.volumes[0]?.path ?? '');
    const again = await run(folder, checkpoint, { files: [source] });
    expect(readFileSync(again.volumes[0]?.path ?? '').equals(bytes)).toBe(true);
    const tiled = await run(folder, checkpoint, { files: [source], request: { tile: 8 } });
    const second = (await readVolume(tiled.volumes[0]?.path ?? '')).volume.data;
    expect(first.every((value, at) => Math.abs(value - (second[at] ?? NaN)) < 0.02)).toBe(true);
  });

  it('agrees better with the scan after steps of back-projection', async () => {
    const folder = temporaryFolder();
    const source = writeScan(join(folder, 'scan.nii.gz'), {
      ...storedBrain([0, 1, 2], [false, false, false], [2, 2, 2]),
      datatype: 'float32',
    });
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2, strength: 0.1 });
    const without = await run(folder, checkpoint, { files: [source] });
    const withSteps = await run(folder, checkpoint, { files: [source], request: { backProjection: 8 } });
    const [before = NaN, after = NaN] = [without, withSteps].map(({ volumes }) => volumes[0]?.consistency.meanAbsolute);
    expect(after).toBeLessThan(before / 2);
  });

  it('comes with a warning where the scan is unlike the training', async () => {
    const folder = temporaryFolder();
    const source = writeScan(join(folder, 'scan.nii.gz'), {
      ...storedBrain([0, 1, 2], [false, false, false], [4, 4, 4]),
      datatype: 'float32',
    });
    const narrow = { low: 0.9, median: 0.95, high: 1 };
    const trainedOn = {
      ...trainedOnAnything(2),
      quantiles: { p5: narrow, p25: narrow, p50: narrow, p75: narrow, p95: narrow },
    };
    const { volumes, messages } = await run(folder, await writeSmallCheckpoint(folder, { factor: 2, trainedOn }), {
      files: [source],
    });
    expect(volumes[0]?.warning).toMatch(/learned to make voxels of 1 mm; here it was to make 2 × 2 × 2 mm/);
    expect(volumes[0]?.warning).toMatch(/contrast is unlike/);
    expect(messages.find(({ type }) => type === 'file')).toMatchObject({ outcome: { status: 'warning' } });
  });
});

describe('what cannot be made finer', () => {
  const scanOf = (folder: string, name: string): string =>
    writeScan(join(folder, 'in', name), { ...storedBrain([0, 1, 2], [false, false, false], [2, 2, 2]) });

  it('is told file by file, and the others go on', async () => {
    const folder = temporaryFolder();
    const good = scanOf(folder, 'a-good.nii.gz');
    const fourD = writeScan(join(folder, 'in', 'b-four.nii'), {
      size: [8, 8, 8, 3],
      values: new Float32Array(8 ** 3 * 3),
    });
    const slice = writeScan(join(folder, 'in', 'c-slice.nii'), {
      size: [16, 16],
      values: new Float32Array(256).fill(5),
    });
    writeFileSync(join(folder, 'in', 'd-text.nii'), 'no scan');
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2 });
    const { volumes, messages } = await run(folder, checkpoint, { files: [join(folder, 'in')] });
    expect(volumes.map(({ source }) => source)).toEqual([good]);
    const rejected = messages.flatMap((message) =>
      message.type === 'file' && message.outcome.status === 'rejected' ? [message.outcome] : [],
    );
    expect(rejected.map(({ path }) => path)).toEqual([fourD, slice, join(folder, 'in', 'd-text.nii')]);
    expect(rejected.map(({ code }) => code)).toEqual(['four-dimensional', 'single-slice', expect.any(String)]);
    expect(readdirSync(join(folder, 'out')).every((name) => name.startsWith('a-good'))).toBe(true);
  });

  it('fails alone with its reason, leaving nothing', async () => {
    const folder = temporaryFolder();
    const fourD = writeScan(join(folder, 'four.nii'), { size: [8, 8, 8, 3], values: new Float32Array(8 ** 3 * 3) });
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2 });
    await expect(run(folder, checkpoint, { files: [fourD] })).rejects.toMatchObject({ code: 'bad-input' });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('is a checkpoint of another factor, a changed one, one without its description', async () => {
    const folder = temporaryFolder();
    const files = [scanOf(folder, 'a.nii.gz')];
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2 });
    await expect(run(folder, checkpoint, { files, request: { factor: '1x1x2' } })).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
    });
    const weights = join(checkpoint.dir, 'weights.safetensors');
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(weights, bytes);
    await expect(run(folder, checkpoint, { files })).rejects.toMatchObject({ code: 'checkpoint-damaged' });
    writeFileSync(join(checkpoint.dir, 'checkpoint.json'), '{');
    await expect(run(folder, checkpoint, { files })).rejects.toMatchObject({ code: 'checkpoint-damaged' });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('is not written over a file that is no result of ours', async () => {
    const folder = temporaryFolder();
    const files = [scanOf(folder, 'a.nii.gz')];
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2 });
    await run(folder, checkpoint, { files });
    writeFileSync(join(folder, 'out', 'a_superres.json'), '{"SomebodyElses": true}');
    await expect(run(folder, checkpoint, { files })).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('stops between tiles when asked, with nothing half-written', async () => {
    const folder = temporaryFolder();
    const files = [scanOf(folder, 'a.nii.gz')];
    const checkpoint = await writeSmallCheckpoint(folder, { factor: 2 });
    const stopped = run(folder, checkpoint, {
      files,
      request: { tile: 8 },
      isCancelled: (messages) => messages.filter(({ type }) => type === 'progress').length > 3,
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});
