/** The words of a report on the use of synthetic scans: arms, measures, and what a reader must know. */
import type { UtilityArm, UtilityMeasure, UtilityReport } from '#contract/evidence/utility.ts';

export function armTitle(arm: UtilityArm): string {
  switch (arm.kind) {
    case 'real':
      return 'Real';
    case 'augmented':
      return 'Real, augmented';
    case 'mixed':
      return `Real + ${String(arm.percent)} % synthetic`;
    case 'synthetic':
      return 'Synthetic alone';
  }
}

export const measureTitles: Readonly<Record<UtilityMeasure, string>> = {
  dice: 'Dice coefficient',
  hd95: '95 % Hausdorff distance, mm',
  assd: 'Average symmetric surface distance, mm',
};

export const digitsOf: Readonly<Record<UtilityMeasure, number>> = { dice: 4, hd95: 2, assd: 3 };

const significant = 0.05;

/** Of a two-sided exact signed-rank test, after Holm's correction over so many. */
const smallestP = (pairs: number, tests: number): number => Math.min(1, tests * 2 ** (1 - pairs));

/** What limits the numbers, a sentence each. */
export function utilityNotes(report: Omit<UtilityReport, 'notes'>): string[] {
  const { synthetic, split, scans, arms, labels, network } = report;
  const subjects = new Set(scans.map(({ subject }) => subject)).size;
  const least = smallestP(subjects, arms.length - 1);
  const without = synthetic.labels === 'by-network';
  return [
    ...(without
      ? [
          'The synthetic scans came without labels: theirs are what the network found that was trained on the real training scans of the same fold. Mistakes of that network are learned again.',
        ]
      : []),
    ...(split.leakage === 'none' ? [] : [split.words]),
    ...(least >= significant
      ? [
          `With ${String(subjects)} subjects and ${String(arms.length - 1)} ${arms.length === 2 ? 'comparison' : 'comparisons'} the smallest p that is possible is ${least.toPrecision(2)}: no difference can be told from chance, however large.`,
        ]
      : []),
    `All networks of a fold begin with the same weights and take ${String(network.updates)} updates of ${String(network.batch)} scans: an arm with more scans sees each of them less often.`,
    ...(labels.source === 'intensities' ? [] : ['The label maps count as the truth.']),
  ];
}
