/** Results of an evaluation as scans might give them: the network gains on every one, by amounts that differ. */
import type { EvaluationReport, MethodResult, ScanResult, UpscalingMethod } from '#contract/evaluation.ts';
import { createRandom } from '#shared/random.ts';
import { summarizeEvaluation } from '#worker/summarizeEvaluation.ts';

const offsets: Readonly<Record<UpscalingMethod, number>> = {
  network: 3,
  'network-projected': 3.2,
  nearest: -2,
  trilinear: -1,
  cubic: 0,
  'cubic-projected': 1,
};

function method(name: UpscalingMethod, base: number, shift: number): MethodResult {
  const gain = offsets[name] + shift;
  return {
    method: name,
    psnr: base + gain,
    ssim: 0.9 + gain / 100,
    msSsim: 0.95 + gain / 200,
    gmsd: 0.1 - gain / 200,
    nrmse: 0.08 - gain / 100,
    gradientError: 0.4 - gain / 40,
    hfen: 0.5 - gain / 30,
    checkerboard: name === 'network' ? 1.1 : 0.2,
    dataConsistency: 0.01 - gain / 1000,
    dice: 0.9 + gain / 100,
    tissueMl: { dark: 150 - 4 * gain, medium: 600 + shift, bright: 450 + 3 * gain },
    seconds: name.startsWith('network') ? 20 : 0.4,
  };
}

/** `count` scans with every method; `labelled` of them have label maps. */
export function exampleScans(count: number, labelled = 0): ScanResult[] {
  const random = createRandom(4);
  return Array.from({ length: count }, (_, index) => {
    const base = 30 + 2 * random.normal();
    const tissueMl = { dark: 140 + 3 * random.normal(), medium: 598 + 8 * random.normal(), bright: 452 + 5 * random.normal() }; // prettier-ignore
    return {
      source: `sub-${String(index + 1).padStart(2, '0')}`,
      sha256: 'ab'.repeat(32),
      split: 'heldout',
      size: [160, 192, 176],
      spacingMm: [1, 1, 1],
      voxels: 1_200_000 + index,
      dataRange: 231.5,
      scales: 4,
      checkerboard: 0.99,
      tissueMl,
      labelMl: index < labelled ? { ...tissueMl, dark: tissueMl.dark - 20 } : null,
      warnings: [],
      methods: (Object.keys(offsets) as UpscalingMethod[]).map((name) => method(name, base, 0.4 * random.normal())),
    };
  });
}

export function exampleReport(scans: readonly ScanResult[]): EvaluationReport {
  return {
    format: 1,
    createdAt: '2026-11-21T12:00:00.000Z',
    doppel: '0.1.0',
    engine: 'tensorflow 2.21.0',
    device: 'CPU',
    checkpoint: {
      id: 'c1',
      modelId: 'srgan',
      iteration: 900,
      sha256: 'cd'.repeat(32),
      trainingSetHash: 'ef'.repeat(32),
      trainingScans: 12,
    },
    scannerModel: { factor: [1, 1, 2], profile: 'gaussian', noise: 0.01, seed: 3 },
    backProjection: 3,
    inputs: 'made',
    split: 'Held-out scans of the dataset it was trained on.',
    warnings: [],
    scans: [...scans],
    ...summarizeEvaluation(scans, 3),
  };
}
