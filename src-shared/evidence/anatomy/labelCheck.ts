/** How well volumes by segmentation agree with those of label maps that came with scans. */
import type { AnatomyResult } from '../../contract/evidence/anatomy.ts';
import { meanOf } from '../../statistics/effectSize.ts';
import type { AnatomyValues } from './measures.ts';

const names = ['greyMl', 'whiteMl', 'fluidMl', 'ventriclesMl'] as const;

/** Pearson's; null for fewer than three pairs, or where one side does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 3) return null;
  const [ma, mb] = [meanOf(a), meanOf(b)];
  let [aa, bb, ab] = [0, 0, 0];
  a.forEach((value, index) => {
    const [x, y] = [value - ma, (b[index] ?? mb) - mb];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  });
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

/** Null where no scan was measured both ways. */
export function checkLabels(
  pairs: readonly { readonly segmented: AnatomyValues; readonly labelled: AnatomyValues }[],
): AnatomyResult['labelCheck'] {
  const both = pairs.filter(({ segmented }) => segmented.greyMl !== null);
  if (both.length === 0) return null;
  const measures = names.map((name) => {
    const found = both.map(({ segmented }) => segmented[name] ?? 0);
    const given = both.map(({ labelled }) => labelled[name] ?? 0);
    const mean = meanOf(given);
    return {
      name,
      correlation: correlation(found, given),
      biasPercent: mean > 0 ? (100 * (meanOf(found) - mean)) / mean : null,
    };
  });
  return { scans: both.length, measures };
}
