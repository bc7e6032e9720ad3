/**
 * The likeness section: synthetic scans against real ones by features and by voxels, beside what two halves of the real
 * ones differ by and what the mean brain and a Gaussian come to.
 */
import type * as TensorFlow from '@tensorflow/tfjs';
import type { LikenessResult } from '#contract/evidence/likeness.ts';
import {
  bandwidthOf,
  effectiveCases,
  featureFloors,
  featureMeasures,
  measureFeatures,
  type FeatureEstimates,
} from '#shared/evidence/likeness/featureMeasures.ts';
import { likenessVerdict } from '#shared/evidence/likeness/verdict.ts';
import { meanOfCases } from '#shared/evidence/likeness/voxelMeasures.ts';
import type { EvidenceScan, EvidenceScans, SectionHooks } from '#shared/evidence/scans.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { createRandom, type Random } from '#shared/random.ts';
import { likenessPart } from '#shared/report/evidence/likenessPart.ts';
import { classicalScaling } from '#shared/statistics/classicalScaling.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { scalesFor } from '#shared/statistics/structuralSimilarity.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { extractFeatures, leastToContrast, openLearnedExtractor, openRandomExtractor } from './extractors.ts';
import { describeVoxels, measureVoxels, type DescribedVoxels } from './likenessOfVoxels.ts';
import { chooseSets, mapSets, measureOf, type Row, type Sets } from './likenessSets.ts';
import type { SectionFound, SectionOptions } from './section.ts';

/** More of a set are not measured: the singular values of a Fréchet distance would take hours. */
const mostScans = 400;

/** Steps of progress: one a scan and pass, and so many for what follows. */
function createSteps({ progress }: SectionHooks, total: number): (note: string, steps?: number) => Promise<void> {
  let done = 0;
  return (note, steps = 1) => {
    done += steps;
    return progress(Math.min(done, total), total, note);
  };
}

function featureRows(
  name: string,
  features: Sets<Sample>,
  random: Random,
): { readonly rows: readonly Row[]; readonly embedding: LikenessResult['embeddings'][number] } {
  const bandwidth = bandwidthOf(features.real);
  const of = (set: Sample, real: Sample, label: string): FeatureEstimates =>
    measureFeatures(real, set, { bandwidth, random: random.fork(label) });
  const synthetic = of(features.synthetic, features.real, 'synthetic');
  const mean = of(features.meanBrain, features.reference, 'mean');
  const gaussian = of(features.pcaGaussian, features.reference, 'gaussian');
  const floors = featureFloors(features.real, { bandwidth, random: random.fork('floor') });
  const count = Math.min(features.real.length, features.synthetic.length);
  const rows = featureMeasures.map((measure) => ({
    name: measure,
    extractor: name,
    synthetic: synthetic.of[measure],
    floor: measure === 'fdInfinity' || measure === 'vendi' ? null : floors[measure],
    real: measure === 'vendi' ? effectiveCases(features.real, { count, bandwidth, random: random.fork('real') }) : null,
    meanBrain: mean.of[measure],
    pcaGaussian: gaussian.of[measure],
    p: measure === 'mmdRbf' ? synthetic.p : null,
  }));
  const { points, explained } = classicalScaling([...features.real, ...features.synthetic]);
  const places = points.map(([x, y]): [number, number] => [x, y]);
  const split = features.real.length;
  return {
    rows,
    embedding: { extractor: name, explained, real: places.slice(0, split), synthetic: places.slice(split) },
  };
}

/** At most `mostScans` of a set, drawn by the seed, in their order. */
function held<Scan extends EvidenceScan>(scans: readonly Scan[], random: Random): readonly Scan[] {
  if (scans.length <= mostScans) return scans;
  const chosen = new Set(random.shuffle(scans).slice(0, mostScans));
  return scans.filter((scan) => chosen.has(scan));
}

function spectraOf(sets: Sets<DescribedVoxels>): LikenessResult['spectra'] {
  const of = ({ spectra }: DescribedVoxels): number[] => [...meanOfCases(spectra)];
  return { real: of(sets.real), synthetic: of(sets.synthetic), pcaGaussian: of(sets.pcaGaussian) };
}

/** So many scans of a set are shown. */
const pictured = 8;

/** Middle slices of some scans, PNG in base64. */
function sheet({ side, spacingMm }: EvidenceScans, scans: readonly EvidenceScan[], random: Random): string {
  const shown = random.fork('pictures').shuffle(scans).slice(0, pictured);
  const affine = gridAffine(spacingMm, [0, 0, 0]);
  const cells = shown.map(({ voxels: data }) => ({ volume: { size: [side, side, side] as const, affine, data }, low: -1, high: 1 })); // prettier-ignore
  return Buffer.from(drawContactSheet(cells, { columns: 2 })).toString('base64');
}

interface Looked {
  readonly rows: readonly Row[];
  readonly extractors: LikenessResult['extractors'];
  readonly embeddings: LikenessResult['embeddings'];
  readonly notes: readonly string[];
}

/** By both extractors; the learned one where there are training scans to learn from. */
async function lookByFeatures(
  tf: typeof TensorFlow,
  { scans, sets, random, options, step }: { scans: EvidenceScans; sets: Sets<Sample>; random: Random; options: SectionOptions; step: ReturnType<typeof createSteps> },
): Promise<Looked> {
  const canLearn = scans.training.length >= leastToContrast;
  const opening = [
    () => Promise.resolve(openRandomExtractor()),
    ...(canLearn
      ? [() => openLearnedExtractor(scans, { ...options, onStep: (at, of) => step(`Training an encoder, step ${String(at)} of ${String(of)}`, 0) })]
      : []),
  ];
  const [rows, extractors, embeddings]: [Row[], LikenessResult['extractors'], LikenessResult['embeddings']] = [[], [], []];
  for (const open of opening) {
    const extractor = await open();
    try {
      const { description } = extractor;
      const onScan = (): Promise<void> => step(`Features by ${description.name}`);
      const features = await mapSets(sets, (set) => extractFeatures(tf, extractor, { scans: set, side: scans.side, onScan }));
      await step(`Comparing features by ${description.name}`, 0);
      const found = featureRows(description.name, features, random.fork(description.name));
      rows.push(...found.rows);
      embeddings.push(found.embedding);
      extractors.push(description);
    } finally {
      extractor.network.dispose();
    }
  }
  const notes = canLearn
    ? []
    : [`Features learned from training scans need ${String(leastToContrast)} of these or more; ${String(scans.training.length)} could be used.`];
  return { rows, extractors, embeddings, notes };
} // prettier-ignore

/** Needs two real and two synthetic scans. Throws what the hooks throw. */
export async function likeness(given: EvidenceScans, options: SectionOptions, hooks: SectionHooks): Promise<SectionFound> {
  const { seed, split } = options;
  const random = createRandom(seed).fork('likeness');
  const [real, synthetic] = [held(given.real, random.fork('real')), held(given.synthetic, random.fork('synthetic'))];
  const scans = { ...given, real, synthetic };
  const { tf } = await loadTensorFlow();
  const { sets, baselines } = chooseSets(scans, random);
  const passes = scans.training.length >= leastToContrast ? 3 : 2;
  const step = createSteps(hooks, passes * (real.length + 2 * synthetic.length + 1));

  const described = await mapSets(sets, (set) =>
    describeVoxels(tf, set, { side: scans.side, random: random.fork('voxels'), onScan: () => step('Spectra and intensities') }),
  );
  await step('Comparing voxels', 0);
  const ofVoxels = await measureVoxels(tf, described, random.fork('measures'));
  const looked = await lookByFeatures(tf, { scans, sets, random, options, step });
  const measures = [...looked.rows, ...ofVoxels].map((row) => measureOf(row, sets, { split, seed }));
  const size = [scans.side, scans.side, scans.side] as const;
  const result: LikenessResult = {
    verdict: likenessVerdict(measures, looked.extractors[0]?.name ?? ''),
    measures,
    extractors: looked.extractors,
    baselines,
    msSsim: {
      ...scalesFor({ size }),
      weights: [...scalesFor({ size }).weights],
      pairs: { real: described.real.pairs?.length ?? 0, synthetic: described.synthetic.pairs?.length ?? 0 },
    },
    spectra: spectraOf(described),
    embeddings: looked.embeddings,
    notes: [
      ...looked.notes,
      ...(Math.max(given.real.length, given.synthetic.length) > mostScans ? [`Of a set, ${String(mostScans)} scans drawn by the seed were measured.`] : []),
    ],
  };
  return { result: { likeness: result }, verdict: result.verdict, part: likenessPart(result, { real: sheet(scans, real, random), synthetic: sheet(scans, synthetic, random) }) };
} // prettier-ignore
