/** The anatomy section: tissue volumes, ventricles, size and symmetry of synthetic brains against those of real ones. */
import type { AnatomyResult } from '#contract/evidence/anatomy.ts';
import { measureAnatomy, measureLabels } from '#imaging/anatomy/measureAnatomy.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { checkLabels } from '#shared/evidence/anatomy/labelCheck.ts';
import { compareAnatomy } from '#shared/evidence/anatomy/compareAnatomy.ts';
import { anatomyValues, type AnatomyValues } from '#shared/evidence/anatomy/measures.ts';
import type { EvidenceScan, EvidenceScans, SectionHooks } from '#shared/evidence/scans.ts';
import { anatomyPart } from '#shared/report/evidence/anatomyPart.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import type { SectionFound, SectionOptions } from './section.ts';

/** Outliers on the page; the report names all of them. */
const pictured = 9;
/** Coarser voxels hold more than one tissue nearly everywhere. */
const coarseMm = 4;

interface Measured {
  readonly id: string;
  readonly segmented: AnatomyValues;
  /** By its label map; null: it has none whose numbers are known. */
  readonly labelled: AnatomyValues | null;
}

function measureScan({ id, voxels, labels }: EvidenceScan, grid: EvidenceScans): Measured {
  const anatomy = measureAnatomy(voxels, grid);
  const tissues = labels === null ? null : measureLabels(labels, voxels, grid);
  return {
    id,
    segmented: anatomyValues(anatomy),
    labelled: tissues === null ? null : anatomyValues({ ...anatomy, tissues }),
  };
}

function notesOf(
  { spacingMm }: EvidenceScans,
  { real, synthetic, fromLabels }: { real: readonly Measured[]; synthetic: readonly Measured[]; fromLabels: boolean },
): readonly string[] {
  if (fromLabels) return ['Every scan came with a label map: tissue volumes are those of the label maps.'];
  const notes: string[] = [];
  const without = (scans: readonly Measured[]): number =>
    scans.filter(({ segmented }) => segmented.greyMl === null).length;
  const [ofReal, ofSynthetic] = [without(real), without(synthetic)];
  if (ofReal > 0)
    notes.push(`In ${String(ofReal)} of ${String(real.length)} real scans the contrast is not that of a T1-weighted scan: of them only size and symmetry are compared.`); // prettier-ignore
  if (ofSynthetic > 0)
    notes.push(`In ${String(ofSynthetic)} of ${String(synthetic.length)} synthetic scans the contrast is not that of a T1-weighted scan: of them only size and symmetry are compared.`); // prettier-ignore
  if ([...real, ...synthetic].some(({ labelled }) => labelled !== null))
    notes.push('Some scans came with label maps, but not all of both sets: all are segmented alike, so that no difference of methods counts as one of anatomy.'); // prettier-ignore
  if (spacingMm > coarseMm)
    notes.push(`Voxels of ${spacingMm.toPrecision(2)} mm hold grey and white matter together nearly everywhere: read brain size, ventricles and symmetry; the other volumes are rough.`); // prettier-ignore
  return notes;
}

/** The scans that stand out, the worst first, as a PNG in base64; null: there are none. */
function pictureOf(scans: EvidenceScans, { outliers }: AnatomyResult): string | null {
  const { side, spacingMm, synthetic } = scans;
  const affine = gridAffine(spacingMm, [0, 0, 0]);
  const cells = outliers.slice(0, pictured).flatMap(({ id }) =>
    synthetic
      .filter((scan) => scan.id === id)
      .map(({ voxels: data }) => ({
        volume: { size: [side, side, side] as const, affine, data },
        low: -1,
        high: 1,
        caption: id,
      })),
  );
  return cells.length === 0 ? null : Buffer.from(drawContactSheet(cells, { columns: 3 })).toString('base64');
}

/** Throws AppError 'cancelled'. */
export async function anatomy(
  scans: EvidenceScans,
  { seed, split }: SectionOptions,
  { progress }: SectionHooks,
): Promise<SectionFound> {
  const total = scans.real.length + scans.synthetic.length;
  let done = 0;
  const measureAll = async (set: readonly EvidenceScan[]): Promise<readonly Measured[]> => {
    const measured: Measured[] = [];
    for (const scan of set) {
      await progress(done++, total, `Measuring the anatomy of ${scan.id}`);
      measured.push(measureScan(scan, scans));
    }
    return measured;
  };
  const real = await measureAll(scans.real);
  const synthetic = await measureAll(scans.synthetic);
  const labelled = [...real, ...synthetic].flatMap(({ segmented, labelled: by }) =>
    by === null ? [] : [{ segmented, labelled: by }],
  );
  const fromLabels = labelled.length === total;
  const valuesOf = ({ id, segmented, labelled: by }: Measured): { id: string; values: AnatomyValues } => ({
    id,
    values: fromLabels && by !== null ? by : segmented,
  });
  await progress(done, total, 'Comparing the anatomy of both sets');
  const result = compareAnatomy({
    real: real.map(valuesOf),
    synthetic: synthetic.map(valuesOf),
    split,
    seed,
    volumesFrom: fromLabels ? 'labels' : 'segmentation',
    labelCheck: checkLabels(labelled),
    notes: notesOf(scans, { real, synthetic, fromLabels }),
  });
  return {
    result: { anatomy: result },
    verdict: result.verdict,
    part: anatomyPart(result, { picture: pictureOf(scans, result), pictured }),
  };
}
