/** The part of an evidence page that tells whether synthetic scans are copies: words for the board first, then numbers. */
import type { Figure } from '../../contract/evidence/figure.ts';
import type { CopyPose, PrivacyResult } from '../../contract/evidence/privacy.ts';
import { scoreHistogram } from '../answerPlots.ts';
import { plotFigure, type Plot } from '../chart.ts';
import { factsTable, list, note, numbersTable, paragraph, type Section } from '../building.ts';

const none = '–';
const bins = 10; // of likeness, from 0 to 1

const decimal = (value: number | null): string => (value === null ? none : value.toFixed(3));
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

function share({ value, low, high, n }: Figure): string {
  if (value === null || low === null || high === null) return none;
  return `${String(Math.round(value * n.synthetic))} of ${String(n.synthetic)}, ${percent(value)} [${percent(low)}, ${percent(high)}]`;
}

function area({ value, low, high, n }: Figure): string {
  const range = low === null || high === null ? '' : ` [${decimal(low)}, ${decimal(high)}]`;
  return value === null ? none : `${decimal(value)}${range}, ${String(n.real)} real scans`;
}

/** How the copy lies beside its source, in words. */
function poseWords({ isMirrored, isTurned, shiftMm, degrees }: CopyPose): string {
  const words = [
    isMirrored ? 'mirrored' : '',
    isTurned ? 'axes exchanged' : '',
    shiftMm >= 0.5 ? `${shiftMm.toFixed(0)} mm aside` : '',
    degrees >= 0.5 ? `turned ${degrees.toFixed(1)}°` : '',
  ].filter((part) => part !== '');
  return words.length === 0 ? 'in place' : words.join(', ');
}

/** How many of the values fall in each bin; what is below 0 counts as 0. */
function counts(values: readonly number[]): readonly number[] {
  const found = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(value * bins)));
    found[bin] = (found[bin] ?? 0) + 1;
  }
  return found;
}

function histogram({ real, scans }: PrivacyResult): Plot {
  const ofReal = counts([...real.heldOut, ...real.training].map(({ similarity }) => similarity));
  const ofSynthetic = counts(scans.map(({ similarity }) => similarity));
  return scoreHistogram({
    title: 'Likeness to the nearest training scan',
    across: 'Correlation of structure (0: nothing in common, 1: the same)',
    up: 'Scans',
    names: ['real', 'synthetic'],
    bars: ofReal.map((count, bin) => ({ label: (bin / bins).toFixed(1), values: [count, ofSynthetic[bin] ?? 0] })),
  });
}

const methodWords: Readonly<Record<PrivacyResult['limit']['method'], string>> = {
  order: 'one of the highest real values',
  normal: 'mean and spread of the real values (normal tolerance limit)',
  fixed: 'fixed: too few real scans',
};

export function privacyPart(result: PrivacyResult): Section {
  const { limit, suspected, nearerThanAnyReal, authentic, membership, extractor, scans, worst, statement, notes, n } = result; // prettier-ignore
  const rows = worst.flatMap((id) => {
    const scan = scans.find((of) => of.id === id);
    if (scan === undefined) return [];
    const inFeatures = scan.features === null ? none : `${scan.features.nearest} (${decimal(scan.features.distance)})`;
    return [[scan.id, scan.nearest, decimal(scan.similarity), decimal(scan.p), poseWords(scan.pose), inFeatures, scan.isSuspected ? 'suspected copy' : '']]; // prettier-ignore
  });
  return {
    id: 'privacy',
    title: 'Privacy: are they copies of patients?',
    html: [
      '<h3>Statement for an ethics board</h3>',
      ...statement.map(paragraph),
      '<h3>In numbers</h3>',
      factsTable([
        ['Suspected copies', share(suspected)],
        ['Nearer than any real scan', share(nearerThanAnyReal)],
        ['Authentic (their training scan has a nearer training scan)', share(authentic)],
        ['Membership inference, AUC by voxels', area(membership.voxels)],
        ['Membership inference, AUC by features', membership.features === null ? none : area(membership.features)],
        ['Limit', `${decimal(limit.similarity)}, from ${String(limit.n)} real scans: ${methodWords[limit.method]}; at most ${percent(limit.share)} false alarms with ${percent(limit.confidence)} confidence`],
        ['Scans', `${String(n.synthetic)} synthetic, ${String(n.training)} training, ${String(n.heldOut)} held out; ${result.split}; seed ${String(result.seed)}`],
        ['Features', extractor === null ? none : `${extractor.name}, ${extractor.words}, SHA-256 ${extractor.sha256.slice(0, 16)}…`],
      ]),
      `<div class="charts wide">${plotFigure(histogram(result))}</div>`,
      numbersTable('The nearest ten', ['Synthetic scan', 'Nearest scan', 'Correlation', 'p', 'How it lies', 'Nearest in features', ''], rows, [1, 4, 5, 6]),
      note('Correlation: of local contrast inside the brain, less what all training scans share. p: the share of real scans, and this one, that come as near or nearer.'),
      notes.length === 0 ? '' : list(notes),
    ].join('\n'),
  };
} // prettier-ignore
