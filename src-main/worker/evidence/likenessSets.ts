/** The sets that likeness compares, and its rows: a measure of each of them. */
import type { Figure } from '#contract/evidence/figure.ts';
import type { LikenessMeasure, LikenessMeasureName } from '#contract/evidence/likeness.ts';
import type { Estimate } from '#shared/evidence/likeness/featureMeasures.ts';
import type { EvidenceScan, EvidenceScans } from '#shared/evidence/scans.ts';
import type { Random } from '#shared/random.ts';
import { gaussianScans, meanBrain } from '#shared/statistics/baselines.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';

/** Of whatever is compared: scans, features, spectra. */
export interface Sets<Of> {
  readonly real: Of;
  readonly synthetic: Of;
  /** Baselines, and what they are measured against. */
  readonly meanBrain: Of;
  readonly pcaGaussian: Of;
  readonly reference: Of;
}

/** One after the other. */
export async function mapSets<From, To>(sets: Sets<From>, of: (set: From) => Promise<To>): Promise<Sets<To>> {
  const found = new Map<From, To>(); // the reference is the real scans themselves where there are training scans
  const once = async (set: From): Promise<To> => {
    const known = found.get(set);
    if (known !== undefined) return known;
    const made = await of(set);
    found.set(set, made);
    return made;
  };
  const [real, synthetic] = [await once(sets.real), await once(sets.synthetic)];
  const [mean, gaussian] = [await once(sets.meanBrain), await once(sets.pcaGaussian)];
  return { real, synthetic, meanBrain: mean, pcaGaussian: gaussian, reference: await once(sets.reference) };
}

const voxelsOf = (scans: readonly EvidenceScan[]): Sample => scans.map(({ voxels }) => voxels);

/** Two scans have a covariance. */
const leastTraining = 2;
/** Of halves, each has that. */
const leastToHalve = 4;

export interface ChosenSets {
  readonly sets: Sets<Sample>;
  /** What the baselines were made from. */
  readonly baselines: string;
}

/**
 * Baselines are made from the training scans, as a generator is. For want of them one random half of the real scans makes
 * them and the other half judges them: judged by the scans that they were made from, they would look too good.
 */
export function chooseSets({ real, synthetic, training }: EvidenceScans, random: Random): ChosenSets {
  const [reals, made, trained] = [voxelsOf(real), voxelsOf(synthetic), voxelsOf(training)];
  const hasTraining = trained.length >= leastTraining;
  const isHalved = !hasTraining && reals.length >= leastToHalve;
  const order = random.fork('halves').shuffle(reals);
  const half = Math.floor(order.length / 2);
  const from = hasTraining ? trained : isHalved ? order.slice(0, half) : reals;
  const reference = isHalved ? order.slice(half) : reals;
  const count = made.length;
  return {
    sets: {
      real: reals,
      synthetic: made,
      meanBrain: meanBrain(from, count),
      pcaGaussian: gaussianScans(from, { count, random: random.fork('gaussian') }),
      reference,
    },
    baselines: hasTraining
      ? `Made from the ${String(trained.length)} training scans.`
      : isHalved
        ? `No training scans were given: made from a random half of the real scans (${String(from.length)}) and measured against the other half (${String(reference.length)}).`
        : `No training scans were given: made from the ${String(reals.length)} real scans that they are measured against, which flatters them.`,
  };
}

/** One measure before its numbers of scans are filled in. */
export interface Row {
  readonly name: LikenessMeasureName;
  readonly extractor: string | null;
  readonly synthetic: Estimate;
  readonly floor: Estimate | null;
  readonly real: Estimate | null;
  readonly meanBrain: Estimate | null;
  readonly pcaGaussian: Estimate | null;
  readonly p: number | null;
}

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;

function figureOf({ value, interval }: Estimate, n: Figure['n']): Figure {
  return { value: finite(value), low: finite(interval?.low), high: finite(interval?.high), n };
}

/** With N, split and seed. */
export function measureOf(
  row: Row,
  sets: Sets<Sample>,
  { split, seed }: { readonly split: string; readonly seed: number },
): LikenessMeasure {
  const counts = { real: sets.real.length, synthetic: sets.synthetic.length };
  const ofBaseline = (estimate: Estimate | null): Figure | null =>
    estimate === null ? null : figureOf(estimate, { real: sets.reference.length, synthetic: counts.synthetic });
  const ofReal = (estimate: Estimate | null, count: number): Figure | null =>
    estimate === null ? null : figureOf(estimate, { real: count, synthetic: 0 });
  return {
    name: row.name,
    extractor: row.extractor,
    split,
    seed,
    synthetic: figureOf(row.synthetic, counts),
    floor: ofReal(row.floor, 2 * Math.floor(counts.real / 2)),
    real: ofReal(row.real, counts.real),
    meanBrain: ofBaseline(row.meanBrain),
    pcaGaussian: ofBaseline(row.pcaGaussian),
    p: row.p,
  };
}
