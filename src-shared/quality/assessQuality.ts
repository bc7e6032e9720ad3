/**
 * The scans of a dataset set against each other: which stand out and by what, and whether they fall into groups that
 * look like different contrasts or scanners. It points at scans; whether one is bad, a person decides.
 */
import type { ScanQuality, VolumeRecord } from '../contract/records.ts';
import { findClusters } from '../statistics/clusters.ts';
import { median } from '../statistics/quantile.ts';
import { oddScore, robustScores } from '../statistics/robustScores.ts';

export const qualityMeasures = [
  'snr',
  'cnr',
  'entropyFocus',
  'backgroundLevel',
  'brainMl',
  'asymmetry',
  'depthTrend',
  'distance',
] as const;
export type QualityMeasure = (typeof qualityMeasures)[number];

export interface MeasuredScan {
  readonly id: string;
  readonly quality: ScanQuality;
  /** Of the scan as it was found, in mm. */
  readonly spacingMm: readonly number[];
}

export interface OddMeasure {
  readonly measure: QualityMeasure;
  readonly value: number;
  /** Median of the dataset. */
  readonly usual: number;
  /** Modified z-score; above 3.5 in size it counts as odd. */
  readonly score: number;
}

export interface ScanAssessment {
  readonly id: string;
  /** The largest modified z-score in size, of the measures where being off that way is odd. */
  readonly score: number;
  /** What is odd about it, the worst first. */
  readonly odd: readonly OddMeasure[];
  /** From 0, the largest group first. */
  readonly group: number;
}

export type Contrast = 'white-matter-bright' | 'white-matter-dark' | 'unclear';

export interface ScanGroup {
  readonly scans: number;
  readonly contrast: Contrast;
  /** Medians. */
  readonly spacingMm: readonly number[];
  readonly snr: number | null;
}

export interface QualityAssessment {
  /** The oddest first. */
  readonly scans: readonly ScanAssessment[];
  readonly groups: readonly ScanGroup[];
}

/**
 * Which way a measure is odd (a high signal-to-noise ratio is no fault), and the least spread of a dataset that is taken
 * seriously: where all scans are nearly alike, a hair's breadth is not odd.
 */
const oddities: Readonly<
  Record<QualityMeasure, { readonly way: 'both' | 'high' | 'low'; readonly leastSpread: number }>
> = {
  snr: { way: 'low', leastSpread: 1 },
  cnr: { way: 'low', leastSpread: 0.05 },
  entropyFocus: { way: 'both', leastSpread: 0.005 },
  backgroundLevel: { way: 'high', leastSpread: 0.005 },
  brainMl: { way: 'both', leastSpread: 10 },
  asymmetry: { way: 'high', leastSpread: 0.02 },
  depthTrend: { way: 'both', leastSpread: 0.05 },
  distance: { way: 'high', leastSpread: 0.01 },
};
/** Fewer scans say nothing of what is usual. */
const fewestScans = 5;
const clearTrend = 0.15;
const grouping = { most: 4, least: 0.55, smallest: 2 } as const;
/** What a difference in one trait counts against a difference of the whole range in one decile. */
const weights = { depthTrend: 0.7, spacing: 0.7, noise: 0.3 } as const;

/** Assesses the scans against each other; with fewer than five there are no scores. */
export function assessQuality(scans: readonly MeasuredScan[]): QualityAssessment {
  const { labels, count } = findClusters(scans.map(traitsOf), grouping);
  const scored = scans.length < fewestScans ? [] : qualityMeasures.map((measure) => scoresOf(scans, measure));
  const assessed = scans.map(({ id }, index): ScanAssessment => {
    const all = scored.map((scores) => scores[index]).filter((score) => score !== null && score !== undefined);
    const odd = all.filter(({ score }) => Math.abs(score) > oddScore);
    return {
      id,
      score: Math.max(0, ...all.map(({ score }) => Math.abs(score))),
      odd: odd.toSorted((a, b) => Math.abs(b.score) - Math.abs(a.score)),
      group: labels[index] ?? 0,
    };
  });
  const groups = Array.from({ length: count }, (_, group) =>
    describeGroup(scans.filter((_, at) => labels[at] === group)),
  );
  return { scans: assessed.toSorted((a, b) => b.score - a.score), groups };
}

function scoresOf(scans: readonly MeasuredScan[], measure: QualityMeasure): readonly (OddMeasure | null)[] {
  const values = scans.map(({ quality }) => quality[measure]);
  const known = values.filter((value) => value !== null);
  if (known.length < fewestScans) return scans.map(() => null);
  const { way, leastSpread } = oddities[measure];
  const scores = robustScores(known, leastSpread);
  const usual = median(known);
  let next = 0;
  return values.map((value) => {
    if (value === null) return null;
    const score = scores[next++] ?? 0;
    const isOddWay = way === 'both' || (way === 'high') === score > 0;
    return { measure, value, usual, score: isOddWay ? score : 0 };
  });
}

function traitsOf({ quality, spacingMm }: MeasuredScan): readonly number[] {
  const spacing = spacingMm.map((mm) => weights.spacing * Math.log2(mm));
  const noise = quality.snr === null || quality.snr <= 0 ? 0 : weights.noise * Math.log10(quality.snr);
  return [...quality.profile, weights.depthTrend * quality.depthTrend, ...spacing, noise];
}

function describeGroup(scans: readonly MeasuredScan[]): ScanGroup {
  const trend = median(scans.map(({ quality }) => quality.depthTrend));
  const ratios = scans.map(({ quality }) => quality.snr).filter((snr) => snr !== null);
  return {
    scans: scans.length,
    contrast: trend > clearTrend ? 'white-matter-bright' : trend < -clearTrend ? 'white-matter-dark' : 'unclear',
    spacingMm: [0, 1, 2].map((axis) => median(scans.map(({ spacingMm }) => spacingMm[axis] ?? 0))),
    snr: ratios.length === 0 ? null : median(ratios),
  };
}

/** Of the volumes of a dataset: those that are not removed and were measured. */
export function measuredScans(volumes: readonly VolumeRecord[]): readonly MeasuredScan[] {
  return volumes.flatMap(({ id, removed, quality, transform }) =>
    removed || quality === null ? [] : [{ id, quality, spacingMm: transform.native.spacingMm }],
  );
}
