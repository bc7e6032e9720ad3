/**
 * The privacy section of an evidence report: for every synthetic scan its nearest training scan, judged by how near
 * scans of people who are not in the training come to it. Real and synthetic scans go through the same search.
 */
import type { Extractor } from '#contract/evidence/figure.ts';
import type { CopyLimit, PrivacyResult, SynthesisedScan } from '#contract/evidence/privacy.ts';
import { calibrateLimit, conformalP, type RealNearest } from '#shared/evidence/copyLimit.ts';
import { createFeatureSearch, type FeatureViews } from '#shared/evidence/nearestFeatures.ts';
import { membershipAuc, shareOf } from '#shared/evidence/privacyFigures.ts';
import type { EvidenceScan, EvidenceScans, SectionHooks } from '#shared/evidence/scans.ts';
import { privacyStatement, privacyVerdict } from '#shared/report/evidence/privacyWords.ts';
import { levelSides } from './localContrast.ts';
import { describePose } from './pose.ts';
import {
  createContrasts,
  nearestOfAll,
  personOf,
  searcherOf,
  toReal,
  type Found,
  type Surroundings,
} from './searcher.ts';
import { commonBrain } from './targets.ts';

/** Features of every scan of the report by one extractor. */
export interface ScanFeatures {
  readonly extractor: Extractor;
  of(scan: EvidenceScan): FeatureViews;
}

export interface PrivacyOptions {
  readonly seed: number;
  /** Whose scans the real ones are, in words. */
  readonly split: string;
  /** Null: voxels alone. */
  readonly features: ScanFeatures | null;
}

const worstShown = 10;
interface FeatureFindings {
  /** In the order of the synthetic scans. */
  readonly synthetic: readonly NonNullable<SynthesisedScan['features']>[];
  readonly membership: PrivacyResult['membership']['features'];
}

/** The same questions, asked of features. */
function lookAtFeatures({ synthetic, heldOut, targets }: Asked, { of }: ScanFeatures): FeatureFindings {
  const search = createFeatureSearch(targets.map((scan) => of(scan)[0] ?? new Float32Array()));
  const persons = targets.map(personOf);
  const distanceOf = (scan: EvidenceScan, isTarget: boolean): number => {
    const without = isTarget ? persons.flatMap((person, at) => (person === personOf(scan) ? [at] : [])) : [];
    return search(of(scan), new Set(without))?.distance ?? Infinity;
  };
  const real = [...heldOut.map((scan) => -distanceOf(scan, false)), ...targets.map((scan) => -distanceOf(scan, true))];
  const back = createFeatureSearch(synthetic.map((scan) => of(scan)[0] ?? new Float32Array()));
  const backTo = (scans: readonly EvidenceScan[]): readonly number[] => scans.map((scan) => -(back(of(scan))?.distance ?? Infinity)); // prettier-ignore
  return {
    synthetic: synthetic.map((scan) => {
      const { target = 0, distance = 0 } = search(of(scan)) ?? {};
      return { nearest: targets[target]?.id ?? '', distance, p: conformalP(-distance, real) };
    }),
    membership: membershipAuc({ training: backTo(targets), heldOut: backTo(heldOut) }, synthetic.length),
  };
}

/** Who is compared with whom. */
interface Asked {
  readonly synthetic: readonly EvidenceScan[];
  /** Copies of these are looked for. */
  readonly targets: readonly EvidenceScan[];
  /** Real scans that nobody trained on; none where it is not known who was trained on. */
  readonly heldOut: readonly EvidenceScan[];
  readonly kind: PrivacyResult['targets'];
}

function askedOf({ real, synthetic, training }: EvidenceScans): Asked {
  if (training.length > 0) return { synthetic, targets: training, heldOut: real, kind: 'training' };
  const isTraining = real.every(({ role }) => role === 'real training');
  return { synthetic, targets: real, heldOut: [], kind: isTraining ? 'training' : 'real' };
}

/** What is told of a synthetic scan. */
function judge(
  { scan, nearest, id }: Found,
  { limit, real, voxelMm, features }: { limit: CopyLimit; real: readonly RealNearest[]; voxelMm: number; features: SynthesisedScan['features'] },
): SynthesisedScan {
  const { similarity, pose } = nearest;
  return {
    id: scan.id,
    nearest: id,
    similarity,
    pose: describePose(pose, voxelMm),
    p: conformalP(similarity, real.map((of) => of.similarity)),
    isSuspected: similarity > limit.similarity,
    features,
  };
} // prettier-ignore

/**
 * Throws what `progress` throws. Cost grows with scans times training scans; every scan is also compared with the
 * synthetic ones, for the membership attack.
 */
export async function findCopies(
  scans: EvidenceScans,
  { seed, split, features }: PrivacyOptions,
  { progress }: SectionHooks,
): Promise<PrivacyResult> {
  const asked = askedOf(scans);
  const { synthetic, targets, heldOut, kind } = asked;
  const total = 2 * targets.length + 2 * synthetic.length + 2 * heldOut.length + targets.length;
  let done = 0;
  const around: Surroundings = {
    side: scans.side,
    mask: commonBrain(targets.map(({ voxels }) => voxels)),
    contrast: createContrasts(scans.side),
    step: (note) => progress(Math.min(done++, total), total, note),
  };
  const toTargets = await searcherOf(targets, around);
  const ofTraining = await nearestOfAll(targets, targets, toTargets);
  const ofHeldOut = await nearestOfAll(heldOut, targets, toTargets);
  const found = await nearestOfAll(synthetic, targets, toTargets);
  const { limit, kept, doubles } = calibrateLimit(ofHeldOut.map(toReal), ofTraining.map(toReal));
  const inFeatures = features === null ? null : lookAtFeatures(asked, features);
  const voxelMm = (scans.spacingMm * scans.side) / levelSides(scans.side).fine;
  const judged = found.map((of, at) => judge(of, { limit, real: kept, voxelMm, features: inFeatures?.synthetic[at] ?? null })); // prettier-ignore
  const counts = { real: kept.length, synthetic: judged.length };
  const highest = Math.max(-1, ...kept.map(({ similarity }) => similarity));
  const own = new Map(ofTraining.map(({ scan, nearest }) => [scan.id, nearest.similarity]));
  const measured = {
    targets: kind,
    split,
    seed,
    n: { synthetic: synthetic.length, training: targets.length, heldOut: heldOut.length },
    limit,
    suspected: shareOf(judged.filter(({ isSuspected }) => isSuspected).length, counts),
    nearerThanAnyReal: shareOf(judged.filter(({ similarity }) => similarity > highest).length, counts),
    authentic: shareOf(
      judged.filter(({ nearest, similarity }) => similarity <= (own.get(nearest) ?? -1)).length,
      counts,
    ),
    membership: { voxels: await attack(asked, around), features: inFeatures?.membership ?? null },
    extractor: features?.extractor ?? null,
    scans: judged,
    worst: judged
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, worstShown)
      .map(({ id }) => id),
    real: { heldOut: ofHeldOut.map(toReal), training: ofTraining.map(toReal) },
    doubles: [...doubles],
  };
  return { ...measured, verdict: privacyVerdict(measured), ...privacyStatement(measured) };
}

/** Membership by likeness to the nearest synthetic scan. */
async function attack({ synthetic, targets, heldOut }: Asked, around: Surroundings): Promise<PrivacyResult['membership']['voxels']> {
  if (heldOut.length < 2 || synthetic.length < 2) return membershipAuc({ training: [], heldOut: [] }, synthetic.length);
  const toSynthetic = await searcherOf(synthetic, around);
  const similarities = async (scans: readonly EvidenceScan[]): Promise<readonly number[]> =>
    (await nearestOfAll(scans, synthetic, toSynthetic)).map(({ nearest }) => nearest.similarity);
  return membershipAuc({ training: await similarities(targets), heldOut: await similarities(heldOut) }, synthetic.length);
} // prettier-ignore
