/** The quality of a dataset's scans, as the command line says it. */
import type { DatasetDetail } from '#contract/commands.ts';
import type { VolumeRecord } from '#contract/records.ts';
import {
  assessQuality,
  measuredScans,
  type Contrast,
  type OddMeasure,
  type QualityMeasure,
  type ScanGroup,
} from '#shared/quality/assessQuality.ts';
import { formatNumber, formatTable } from './output.ts';

const names: Readonly<Record<QualityMeasure, string>> = {
  snr: 'signal-to-noise ratio',
  cnr: 'contrast-to-noise ratio',
  entropyFocus: 'entropy focus criterion',
  backgroundLevel: 'background level',
  brainMl: 'brain volume (ml)',
  asymmetry: 'left–right asymmetry',
  depthTrend: 'brightness with depth',
  distance: 'distance to the other scans',
};

const contrasts: Readonly<Record<Contrast, string>> = {
  'white-matter-bright': 'brighter inside, as T1-weighted scans are',
  'white-matter-dark': 'darker inside, as T2-weighted and FLAIR scans are',
  unclear: 'neither brighter nor darker inside',
};

const oddText = ({ measure, value, usual }: OddMeasure): string =>
  `${names[measure]} ${formatNumber(value)}, usually ${formatNumber(usual)}`;

function groupText({ scans, contrast, spacingMm, snr }: ScanGroup): string {
  const spacing = spacingMm.map((mm) => formatNumber(mm)).join(' × ');
  const noise = snr === null ? '' : `, signal-to-noise ratio ${formatNumber(snr)}`;
  return `${String(scans)} ${scans === 1 ? 'scan' : 'scans'}: ${contrasts[contrast]}; ${spacing} mm${noise}`;
}

function stateOf({ accepted }: VolumeRecord): string {
  return accepted ? 'accepted' : '';
}

export function describeQuality(dataset: DatasetDetail): string {
  const { scans, groups } = assessQuality(measuredScans(dataset.volumeList));
  if (scans.length === 0)
    return 'The scans of this dataset were imported before they were measured. Import them again.';
  const byId = new Map(dataset.volumeList.map((volume) => [volume.id, volume]));
  const odd = scans.filter((scan) => scan.odd.length > 0);
  const rows = odd.flatMap(({ id, score, odd: measures }) => {
    const volume = byId.get(id);
    return volume === undefined
      ? []
      : [[volume.subject, volume.sourceFile, formatNumber(score), measures.map(oddText).join('; '), stateOf(volume)]];
  });
  const mixed =
    groups.length < 2
      ? []
      : [
          `The scans fall into ${String(groups.length)} groups that look like different contrasts or scanners. Train on one, or make sure that they are meant to be mixed.`,
          ...groups.map((group, index) => `  group ${String(index + 1)}: ${groupText(group)}`),
          '',
        ];
  const outliers =
    rows.length === 0
      ? [`None of ${String(scans.length)} scans stands out.`]
      : [
          `${String(rows.length)} of ${String(scans.length)} scans stand out (modified z-score above 3.5). Look at them; the window's Data page accepts or sets aside with one key each.`,
          '',
          formatTable([['subject', 'file', 'score', 'what stands out', ''], ...rows]),
        ];
  return [...mixed, ...outliers].join('\n');
}

/** For programs: every measure of every scan, the oddest first, and the groups. */
export function qualityDocument(dataset: DatasetDetail): object {
  const { scans, groups } = assessQuality(measuredScans(dataset.volumeList));
  const byId = new Map(dataset.volumeList.map((volume) => [volume.id, volume]));
  return {
    dataset: dataset.name,
    groups,
    scans: scans.map(({ id, ...assessment }) => {
      const { subject, sourceFile, quality = null, accepted = false } = byId.get(id) ?? {};
      return { id, subject, sourceFile, accepted, quality, ...assessment };
    }),
  };
}
