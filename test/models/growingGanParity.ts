/** The small growing GANs whose scans and first iterations are compared with PyTorch. */
import { progressiveGan } from '#models/progressiveGan.ts';
import { styleGan } from '#models/styleGan.ts';
import type { GeneratorModel } from '#models/model.ts';
import { createRandom } from '#shared/random.ts';

const seed = 12;
export const paritySteps = 2;
/** Codes whose scans are compared. */
export const parityCodes = 2;

interface ParityCase {
  readonly config: Readonly<Record<string, unknown>> & { readonly batch: number; readonly latent: number };
  readonly grid: number;
  readonly seed: number;
  /** Where in its growth the model is: of two phases of 8 scans a resolution. */
  readonly imagesSeen: number;
  /** 0: not conditional. */
  readonly classes: number;
  /** Class of each scan, of a conditional model. */
  readonly labels?: readonly number[];
  create(): GeneratorModel;
}

interface CaseOptions {
  readonly imagesSeen: number;
  readonly batch: number;
  readonly labels?: readonly number[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Of the conditional cases. */
const parityClasses = 3;

function progressive(grid: number, { imagesSeen, batch, labels, settings }: CaseOptions): ParityCase {
  const maps = 6;
  // A high learning rate, so that the second iteration shows what the first one did.
  const small = { maps, batch8: batch, batch16: batch, rate8: 0.01, rate16: 0.01 };
  const config = progressiveGan.configSchema.parse({ ...small, ...settings });
  const classes = labels === undefined ? 0 : parityClasses;
  return {
    config: { ...config, batch, latent: maps, rate: 0.01 },
    grid,
    seed,
    imagesSeen,
    classes,
    ...(labels === undefined ? {} : { labels }),
    create: () => progressiveGan.create({ config, grid, seed, classes }),
  };
}

function styled(grid: number, { imagesSeen, batch, settings }: CaseOptions): ParityCase {
  const latent = 6;
  const config = styleGan.configSchema.parse({
    maps: 5,
    latent,
    batch8: batch,
    batch16: batch,
    rate: 0.01,
    ...settings,
  });
  return {
    config: { ...config, batch, latent },
    grid,
    seed,
    imagesSeen,
    classes: 0,
    create: () => styleGan.create({ config, grid, seed }),
  };
}

/** 26 scans from 4³ on, 10 from 8³ on: 16³ is a quarter faded in. 100: all is grown. */
export const parityCases: Readonly<Record<string, ParityCase>> = {
  'progressive, fading': progressive(16, { imagesSeen: 26, batch: 2 }),
  'progressive, grown': progressive(8, {
    imagesSeen: 100,
    batch: 4,
    settings: { comparesBatch: true, r1: 0.5, r1Every: 1 },
  }),
  'progressive, conditional': progressive(8, {
    imagesSeen: 100,
    batch: 2,
    labels: [2, 0],
    settings: { classWeight: 0.7 },
  }),
  'style, fading': styled(16, { imagesSeen: 10, batch: 2 }),
  'style, grown': styled(8, { imagesSeen: 100, batch: 4, settings: { mixing: 0 } }),
};

/** The model of a case, at its place in the growth. */
export function parityModel({ create, imagesSeen }: ParityCase): GeneratorModel {
  const model = create();
  model.counters?.restore({ imagesSeen, steps: 3, phase: 8 });
  return model;
}

/** Smooth waves, other ones in every scan: `batch` scans of `grid`³ voxels in [-1, 1]. */
export function parityScans({ config: { batch }, grid }: ParityCase): Float32Array {
  const voxels = grid ** 3;
  return Float32Array.from({ length: batch * voxels }, (_, index) => {
    const scan = Math.floor(index / voxels);
    const voxel = index % voxels;
    return Math.sin(0.11 * voxel + scan) * Math.cos(0.003 * voxel * (scan + 1));
  });
}

/** Codes [parityCodes, latent]. */
export function parityLatents({ config: { latent } }: ParityCase): Float32Array {
  return createRandom(5).normals(parityCodes * latent);
}
