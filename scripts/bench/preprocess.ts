/**
 * `npm run -s bench -- preprocess [--heads FOLDER]`: how well and how fast is a scan preprocessed? Bias fields put on scans
 * of the shared cohort and corrected, brain masks against true ones (heads, some of them changed; Debian's ch2), whole
 * heads told from brains, and normalisations. `--heads` takes pairs NAME_T1w and NAME_mask from another folder. Seconds are
 * of the processor. A table on stderr, one JSON line on stdout.
 */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { normalisations, type BrainMaskRequest } from '#contract/preprocess.ts';
import { cropMask } from '#imaging/crop.ts';
import { correctInBrain } from '#imaging/preprocess/correctInBrain.ts';
import { checkHead } from '#imaging/preprocess/head.ts';
import { maskScan } from '#imaging/preprocess/maskScan.ts';
import { measureIntensity } from '#imaging/preprocess/normalise.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { createRandom } from '#shared/random.ts';
import { pearson } from '#shared/statistics/pearson.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';

const shared = resolve('..', 'shared');
const templates = '/usr/share/mricron/templates';
/** The first are 1 mm, the last 1.5 mm and oblique. */
const subjects = ['sub-01', 'sub-04', 'sub-17'] as const;
const whiteMatter = new Set([2, 41]);
/** Largest and smallest of a field's logarithm, about. */
const fieldStrength = 0.4;

const read = async (path: string): Promise<Volume> => turnToRas((await readVolume(path)).volume);
const say = (line: string): void => {
  console.error(line);
};
const round = (value: number): number => Number(value.toPrecision(4));

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; seconds: number }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: round((user + system) / 1e6) };
}

/** Logarithm of a smooth field: polynomials of second order with random coefficients. */
function drawField([nx, ny, nz]: Vector3, seed: number): Float32Array {
  const random = createRandom(seed);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: 6 }, () => 2 * random.uniform() - 1);
  const field = Float32Array.from({ length: nx * ny * nz }, (_, index) => {
    const [x, y, z] = [(index % nx) / nx - 0.5, (Math.floor(index / nx) % ny) / ny - 0.5, Math.floor(index / (nx * ny)) / nz - 0.5]; // prettier-ignore
    return a * x + b * y + c * z + 2 * d * x * y + 2 * e * y * y + 2 * f * z * x;
  });
  const [least, most] = field.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]); // prettier-ignore
  return field.map((value) => (2 * fieldStrength * (value - (least + most) / 2)) / (most - least));
}

/** Coefficient of variation where `mask` is 1. */
function variationIn(data: Float32Array, mask: Uint8Array): number {
  const inside = data.filter((_, index) => mask[index] === 1);
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  return Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length) / mean;
}

/** White matter without its border: what partial volume is in the label's outermost voxels. */
function innerWhite({ data, size: [nx, ny] }: Volume): Uint8Array {
  const white = Uint8Array.from(data, (label) => (whiteMatter.has(label) ? 1 : 0));
  return white.map((mark, at) =>
    [1, nx, nx * ny].every((stride) => white[at - stride] === 1 && white[at + stride] === 1) ? mark : 0,
  );
}

async function benchBias(subject: string, seed: number): Promise<object> {
  const cohort = join(shared, 'cohort');
  const scan = await read(join(cohort, subject, 'anat', `${subject}_T1w.nii.gz`));
  const labels = await read(join(cohort, 'derivatives', 'labels', subject, 'anat', `${subject}_dseg.nii.gz`));
  const mask = Uint8Array.from(labels.data, (label) => (label > 0 ? 1 : 0));
  const white = Uint8Array.from(labels.data, (label) => (whiteMatter.has(label) ? 1 : 0));
  const inner = innerWhite(labels);
  const own = correctInBrain(scan, mask).volume; // the cohort's own shading is no part of what is put on
  const field = drawField(scan.size, seed);
  const biased = { ...own, data: own.data.map((value, index) => value * Math.exp(field[index] ?? 0)) };
  const { value, seconds } = await timed(() => correctInBrain(biased, mask));
  const plain = value.volume.data;
  const inside = [...mask.keys()].filter((index) => mask[index] === 1 && (plain[index] ?? 0) > 0);
  const found = Float64Array.from(inside, (index) => Math.log((biased.data[index] ?? 0) / (plain[index] ?? 0)));
  const truth = Float64Array.from(inside, (index) => field[index] ?? 0);
  const result = {
    subject,
    voxels: scan.size.join('x'),
    variation: [round(variationIn(biased.data, white)), round(variationIn(plain, white))],
    innerVariation: [round(variationIn(biased.data, inner)), round(variationIn(plain, inner))],
    fieldCorrelation: round(pearson(found, truth)),
    seconds,
  };
  say(`bias ${subject}: variation of white matter ${result.variation.join(' to ')}, inside ${result.innerVariation.join(' to ')}, field r ${String(result.fieldCorrelation)}, ${String(seconds)} s`); // prettier-ignore
  return result;
}

interface HeadCase {
  readonly name: string;
  readonly volume: Volume;
  readonly truth: Uint8Array;
}

/** The same head with noise, with shading, and without its lowest 30 mm. */
function variationsOf({ name, volume, truth }: HeadCase, seed: number): HeadCase[] {
  const random = createRandom(seed);
  const field = drawField(volume.size, seed);
  const [nx, ny, nz] = volume.size;
  const cut = Math.round(30 / volume.affine[2][2]) * nx * ny;
  const noisy = volume.data.map((value) => Math.hypot(value + 8 * random.normal(), 8 * random.normal()));
  return [
    { name, volume, truth },
    { name: `${name}, noise`, volume: { ...volume, data: noisy }, truth },
    { name: `${name}, shading`, volume: { ...volume, data: volume.data.map((value, at) => value * Math.exp((field[at] ?? 0))) }, truth }, // prettier-ignore
    {
      name: `${name}, cut`,
      volume: { ...volume, size: [nx, ny, nz - cut / (nx * ny)], data: volume.data.slice(cut) },
      truth: truth.slice(cut),
    },
  ];
}

async function benchMask({ name, volume, truth }: HeadCase): Promise<{ dice: number }> {
  const request: BrainMaskRequest = { from: { method: 'automatic', preset: 'human' }, steps: [] };
  const { value, seconds } = await timed(() => maskScan(volume, request, null));
  const { box, mask: cut } = value.brain;
  const mask = cropMask(cut, box.size, { first: [-box.first[0], -box.first[1], -box.first[2]], size: volume.size });
  let [both, sum] = [0, 0];
  mask.forEach((mark, index) => {
    both += mark & (truth[index] ?? 0);
    sum += mark + (truth[index] ?? 0);
  });
  const dice = round((2 * both) / sum);
  say(`mask ${name}: Dice ${String(dice)}, ${value.record.millilitres.toFixed(0)} ml, ${String(seconds)} s ${value.warnings.map(({ code }) => code).join(', ')}`); // prettier-ignore
  return { ...{ name, seconds, method: value.record.method }, dice };
}

async function headCases(folder: string): Promise<HeadCase[]> {
  const names = (await readdir(folder)).filter((name) => /_T1w\.nii(\.gz)?$/.test(name)).sort();
  const load = async (path: string, mask: string): Promise<HeadCase> => {
    const [volume, truth] = [await read(path), await read(mask)];
    return { name: basename(path).replace(/_T1w.*/, ''), volume, truth: Uint8Array.from(truth.data, (value) => (value > 0 ? 1 : 0)) }; // prettier-ignore
  };
  const heads = await Promise.all(
    names.map((name) => load(join(folder, name), join(folder, name.replace('_T1w', '_mask')))),
  );
  const ch2 = await load(join(templates, 'ch2.nii.gz'), join(templates, 'ch2bet.nii.gz')).catch(() => {
    say("ch2 is not measured: Debian's mricron-data is not installed.");
    return null;
  });
  return ch2 === null ? heads : [...heads, ch2];
}

const { values } = parseArgs({ options: { heads: { type: 'string' } } });
const bias: object[] = [];
for (const [at, subject] of subjects.entries()) bias.push(await benchBias(subject, at + 1));
const masks: { dice: number }[] = [];
const crossings: object[] = [];
for (const [at, head] of (await headCases(values.heads ?? join(shared, 'heads'))).entries()) {
  for (const changed of variationsOf(head, at + 1)) masks.push(await benchMask(changed));
  crossings.push({ name: head.name, ...checkHead(head.volume) });
}
const scan = await read(join(shared, 'cohort', 'sub-01', 'anat', 'sub-01_T1w.nii.gz'));
crossings.push({ name: 'sub-01', ...checkHead(scan) });
const brain = Uint8Array.from(scan.data, (value) => (value > 0 ? 1 : 0));
const normalise: Record<string, number> = {};
for (const method of normalisations)
  if (method !== 'percentile') normalise[method] = (await timed(() => measureIntensity(scan.data, brain, method))).seconds; // prettier-ignore
const dice = masks.map((mask) => mask.dice);
const summary = { mean: round(dice.reduce((sum, value) => sum + value, 0) / dice.length), least: Math.min(...dice) };
say(`masks: mean Dice ${String(summary.mean)}, least ${String(summary.least)}`);
console.log(JSON.stringify({ bias, masks: { ...summary, each: masks }, crossings, normaliseSeconds: normalise }));
