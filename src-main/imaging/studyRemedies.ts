/** Removes trivial cues from all scans of a study alike: equal intensities, equal sharpness, one box. */
import { percentilesOf } from './percentiles.ts';
import { smoothVolume } from './smooth.ts';
import type { StudyRemedy } from '#contract/studies.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { brainBox, brainOf, sharpnessOf } from './studyCues.ts';

const background = -1;
/** Percentiles a scan's intensities are described by; as many as are selected in one pass. */
const steps = 28;
const fractions = Array.from({ length: steps + 1 }, (_, step) => step / steps);
/** Halvings that find the width of a low-pass, in voxels, up to the largest. */
const halvings = 12;
const widestSigma = 4;

/** What the remedies need to know of all scans before the first is changed. */
export interface ScanTraits {
  readonly intensities: readonly number[]; // at `fractions`
  readonly sharpness: number;
  readonly box: readonly number[]; // first and last voxel along x, y, z
}

export interface SharedTraits extends ScanTraits {
  readonly remedies: readonly StudyRemedy[];
}

export function traitsOf(volume: Volume): ScanTraits {
  const brain = brainOf(volume);
  return {
    intensities: percentilesOf(volume.data, brain, fractions),
    sharpness: sharpnessOf(volume, brain),
    box: brainBox(volume, brain),
  };
}

/** The mean distribution, the least sharpness, the box inside all boxes. */
export function sharedTraits(all: readonly ScanTraits[], remedies: readonly StudyRemedy[]): SharedTraits {
  const box = [0, 1, 2, 3, 4, 5].map((side) => {
    const places = all.map((one) => one.box[side] ?? 0);
    return side < 3 ? Math.max(...places) : Math.min(...places);
  });
  return {
    remedies,
    intensities: fractions.map((_, at) => all.reduce((sum, one) => sum + (one.intensities[at] ?? 0), 0) / all.length),
    sharpness: Math.min(...all.map(({ sharpness }) => sharpness)),
    box,
  };
}

/** Low-passed inside the brain alone: what lies outside has no weight. */
function lowPass(volume: Volume, brain: Uint8Array, sigma: number): Volume {
  const weight = Float32Array.from(brain);
  const data = volume.data.map((value, at) => (brain[at] === 1 ? value - background : 0));
  smoothVolume(weight, volume.size, [sigma, sigma, sigma]);
  smoothVolume(data, volume.size, [sigma, sigma, sigma]);
  const nearest = 1e-4; // what is brain stays brain, however dark
  return {
    ...volume,
    data: data.map((value, at) =>
      brain[at] === 1 ? Math.max(background + nearest, background + value / Math.max(1e-6, weight[at]!)) : background,
    ),
  };
}

function matchSharpness(volume: Volume, target: number): Volume {
  const brain = brainOf(volume);
  if (sharpnessOf(volume, brain) <= target) return volume;
  let [narrow, wide] = [0, widestSigma];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (narrow + wide) / 2;
    if (sharpnessOf(lowPass(volume, brain, middle), brain) > target) narrow = middle;
    else wide = middle;
  }
  return lowPass(volume, brain, (narrow + wide) / 2);
}

/** Straight lines between the percentiles of a scan and the shared ones. */
function matchHistogram(volume: Volume, target: readonly number[]): Volume {
  const brain = brainOf(volume);
  const own = percentilesOf(volume.data, brain, fractions);
  const matched = (value: number): number => {
    let at = 1;
    while (at < steps && value > (own[at] ?? 1)) at++;
    const [from, to] = [own[at - 1] ?? value, own[at] ?? value];
    const [low, high] = [target[at - 1] ?? value, target[at] ?? value];
    const share = to > from ? Math.max(0, Math.min(1, (value - from) / (to - from))) : 0.5;
    return low + share * (high - low);
  };
  return { ...volume, data: volume.data.map((value, at) => (brain[at] === 1 ? matched(value) : background)) };
}

function cutToBox(volume: Volume, box: readonly number[]): Volume {
  const [nx, ny] = volume.size;
  const data = volume.data.map((value, at) => {
    const place = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const isInside = place.every((where, axis) => where >= (box[axis] ?? 0) && where <= (box[axis + 3] ?? 0));
    return isInside ? value : background;
  });
  return { ...volume, data };
}

/** In an order in which no remedy undoes an earlier one. */
export function applyRemedies(volume: Volume, shared: SharedTraits): Volume {
  const has = (remedy: StudyRemedy): boolean => shared.remedies.includes(remedy);
  let remedied = volume;
  if (has('match-sharpness')) remedied = matchSharpness(remedied, shared.sharpness);
  if (has('match-histogram')) remedied = matchHistogram(remedied, shared.intensities);
  return has('common-box') ? cutToBox(remedied, shared.box) : remedied;
}
