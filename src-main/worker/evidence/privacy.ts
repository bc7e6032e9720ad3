/** The privacy section: features of every scan, the search for copies, and its part of the page. */
import { findCopies, type ScanFeatures } from '#imaging/privacy/findCopies.ts';
import type { FeatureViews } from '#shared/evidence/nearestFeatures.ts';
import type { EvidenceScan, EvidenceScans, SectionHooks } from '#shared/evidence/scans.ts';
import { privacyPart } from '#shared/report/evidence/privacyPart.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { extractFeatures, openRandomExtractor } from './extractors.ts';
import type { SectionFound, SectionOptions } from './section.ts';

/** Left and right exchanged. */
function mirrored(voxels: Float32Array, side: number): Float32Array {
  const result = voxels.slice();
  for (let row = 0; row < result.length; row += side) result.subarray(row, row + side).reverse();
  return result;
}

/** Random features of every scan, as it is and mirrored. */
async function featuresOf(
  { side, real, synthetic, training }: EvidenceScans,
  { progress }: SectionHooks,
): Promise<ScanFeatures> {
  const { tf } = await loadTensorFlow();
  const extractor = openRandomExtractor();
  const all = [...training, ...real, ...synthetic];
  const found = new Map<EvidenceScan, FeatureViews>();
  try {
    for (const [at, scan] of all.entries()) {
      const onScan = (): Promise<void> => progress(at, all.length, 'Features of scans, and of their mirror images');
      const views = [scan.voxels, mirrored(scan.voxels, side)];
      found.set(scan, await extractFeatures(tf, extractor, { scans: views, side, onScan }));
    }
    return { extractor: extractor.description, of: (scan) => found.get(scan) ?? [] };
  } finally {
    extractor.network.dispose();
  }
}

export async function privacy(
  scans: EvidenceScans,
  { seed, split }: SectionOptions,
  hooks: SectionHooks,
): Promise<SectionFound> {
  const features = await featuresOf(scans, hooks);
  const result = await findCopies(scans, { seed, split, features }, hooks);
  return { result: { privacy: result }, verdict: result.verdict, part: privacyPart(result) };
}
