/** What the numbers of likeness come to, in a sentence or two. */
import type { Verdict } from '../../contract/evidence/figure.ts';
import type { LikenessMeasure, LikenessMeasureName } from '../../contract/evidence/likeness.ts';

/** Below so many scans of a kind, nothing is claimed. */
const leastScans = 10;
/** Of mean MS-SSIM above that of real scans: the limits of the health panel of a training. */
const repeats = 0.02;
const collapsed = 0.05;
/** An area under the curve up to here is told apart no better than two readers agree. */
const hardlyTold = 0.65;

/** `measures` of the extractor that carries the verdict, and of voxels. */
export function likenessVerdict(measures: readonly LikenessMeasure[], extractor: string): Verdict {
  const of = (name: LikenessMeasureName): LikenessMeasure | undefined =>
    measures.find(
      (measure) => measure.name === name && (measure.extractor === null || measure.extractor === extractor),
    );
  const mmd = of('mmdRbf');
  const n = mmd?.synthetic.n;
  if (mmd === undefined || n === undefined || Math.min(n.real, n.synthetic) < leastScans) {
    return {
      tone: 'unknown',
      words: `Too few scans for a verdict: ${String(leastScans)} or more of each kind are needed. The numbers below stand for themselves.`,
    };
  }
  const value = mmd.synthetic.value ?? Infinity;
  const isNearerThan = (other: LikenessMeasure['floor']): boolean => value < (other?.value ?? Infinity);
  const isAtFloor = (mmd.synthetic.low ?? Infinity) <= (mmd.floor?.high ?? -Infinity);
  const beats = [mmd.meanBrain, mmd.pcaGaussian].filter(isNearerThan).length;
  const auc = of('c2stAuc')?.synthetic.value ?? null;
  const gap = of('msSsimGap')?.synthetic ?? null;
  const isAlike = (gap?.low ?? 0) > 0 && (gap?.value ?? 0) > repeats;
  const nearness = isAtFloor
    ? 'As near to the real scans as two halves of these are to each other, as far as the features tell'
    : beats === 2
      ? 'Further from the real scans than these are from each other, but nearer than the mean brain and a Gaussian of the training scans'
      : beats === 1
        ? 'Nearer to the real scans than only one of the two baselines that need no network'
        : 'No nearer to the real scans than the mean brain or a Gaussian of the training scans, which need no network';
  const told =
    auc === null
      ? ''
      : auc <= hardlyTold
        ? ` A classifier hardly tells them apart (AUC ${auc.toFixed(2)}).`
        : ` A classifier tells them apart (AUC ${auc.toFixed(2)}).`;
  const variety =
    (gap?.value ?? null) === null
      ? ''
      : (gap?.value ?? 0) > collapsed && isAlike
        ? ' They are far more alike than real scans: the generator repeats itself.'
        : isAlike
          ? ' They are somewhat more alike than real scans.'
          : ' They vary among each other as real scans do, or more.';
  const isBad = beats === 0 || (isAlike && (gap?.value ?? 0) > collapsed);
  const isGood = isAtFloor && !isAlike && auc !== null && auc <= hardlyTold;
  return { tone: isBad ? 'bad' : isGood ? 'good' : 'mixed', words: `${nearness}.${told}${variety}` };
}
