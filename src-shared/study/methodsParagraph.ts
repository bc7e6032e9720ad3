/** The paragraph on statistics that a paper needs, written from the analysis it describes. */
import type { StudyAnalysis } from './analyzeTrials.ts';

const percent = (share: number): string => `${String(Number((100 * share).toFixed(1)))} %`;
const counted = (n: number, one: string, many: string): string => `${String(n)} ${n === 1 ? one : many}`;

const termWords = { truth: 'the truth', expertise: 'years of experience', order: 'the order of reading' } as const;

function ratingSentence({ design }: StudyAnalysis): string {
  const readers = counted(design.readers, 'reader', 'readers');
  const readings = counted(design.trials, 'first reading', 'first readings');
  return design.protocol === 'pair'
    ? `${readers} rated ${counted(design.realCases + design.syntheticCases, 'pair of a real and a synthetic scan', 'pairs of a real and a synthetic scan')} on a six-point scale from 1 (the first is definitely synthetic) to 6 (the second is), in ${readings}; scores of 4 and above counted as the answer “second”, and a correct answer was one that matched the truth.`
    : `${readers} rated ${counted(design.realCases, 'real scan', 'real scans')} and ${counted(design.syntheticCases, 'synthetic scan', 'synthetic scans')} on a six-point scale from 1 (definitely real) to 6 (definitely synthetic), in ${readings}; scores of 4 and above counted as the answer “synthetic”, and a correct answer was one that matched the truth.`;
}

/** In English, past tense, with the methods that were used and none that were not. */
export function methodsParagraph(analysis: StudyAnalysis): string {
  const { design, tost, mrmc, pooled, agreement, repeats, reactionTimes, course, mixedModel } = analysis;
  const sentences = [
    ratingSentence(analysis),
    'Shares are given with Wilson’s 95 % score intervals.',
    'Each reader’s accuracy was tested against 0.5 with the exact two-sided binomial test, with Holm’s correction over readers.',
    `Sensitivity index d′ and criterion c were computed under the equal-variance Gaussian model with the log-linear correction${design.protocol === 'pair' ? ', d′ divided by √2 as of choices between two' : ''}.`,
    'Each reader’s area under the empirical ROC curve is given with DeLong’s standard error and 95 % interval.',
  ];
  if (mrmc?.method === 'obuchowski-rockette')
    sentences.push(
      `The areas were averaged over readers in a multi-reader multi-case analysis after Obuchowski and Rockette for random readers and random cases (${String(mrmc.realCases)} real and ${String(mrmc.syntheticCases)} synthetic scans seen by all readers; covariances by the jackknife over cases; degrees of freedom after Hillis).`,
    );
  if (mrmc?.method === 'u-statistics')
    sentences.push(
      `As not every reader saw every scan, the areas of all readers together were analysed by U-statistics after Gallas for random readers and random cases (${String(mrmc.realCases)} real and ${String(mrmc.syntheticCases)} synthetic scans), the variance being at least that of the readers’ differences and the degrees of freedom after Hillis.`,
    );
  if (pooled.randomEffects !== null)
    sentences.push('The accuracy was analysed in the same way, because answers that share readers or cases are not independent.'); // prettier-ignore
  if (pooled.bootstrap95 !== null)
    sentences.push(`A bootstrap of ${String(design.resamples)} resamples, crossed over readers and over cases within real and synthetic scans, gives a second interval of the pooled accuracy.`); // prettier-ignore
  sentences.push(
    `Equivalence to chance was tested with two one-sided tests at a margin of ${percent(tost.margin)} and a level of ${percent(tost.alpha)} each, exactly on the pooled answers${tost.randomEffects === null ? '' : ' and, for random readers and cases, with Student’s t'}; equivalence is stated only where ${tost.randomEffects === null ? 'both one-sided tests reject' : 'both analyses show it'}.`,
  );
  const measures = [
    ...(agreement.pairs.some(({ kappa }) => kappa !== null) ? ['Cohen’s κ for pairs'] : []),
    ...(agreement.fleissKappa === null ? [] : [`Fleiss’ κ for the ${counted(agreement.fleissCases, 'scan', 'scans')} that all readers saw`]),
    ...(agreement.krippendorffAlpha === null ? [] : ['Krippendorff’s ordinal α for the scores']),
  ]; // prettier-ignore
  if (measures.length > 0)
    sentences.push(`Agreement between readers was measured by ${measures.join(', ')}, with percentile intervals from ${String(design.resamples)} bootstrap samples of the scans.`); // prettier-ignore
  if (repeats !== null)
    sentences.push(`Agreement within readers was measured by Cohen’s κ on ${counted(design.repeats, 'repeated reading', 'repeated readings')}, which take no part in the other analyses.`); // prettier-ignore
  if (reactionTimes !== null)
    sentences.push('Reaction times were compared as ratios of geometric means within readers, tested over readers by Student’s t.'); // prettier-ignore
  if (course !== null)
    sentences.push('Learning and fatigue were examined by quarter of the reading and by Spearman’s correlation with the order of reading.'); // prettier-ignore
  if (mixedModel !== null)
    sentences.push(`Right answers were modelled by logistic regression on ${mixedModel.terms.flatMap(({ term }) => (term === 'intercept' ? [] : [termWords[term]])).join(', ')} with crossed random effects of reader and scan, fitted by maximum likelihood with Laplace’s approximation and Wald’s intervals.`); // prettier-ignore
  sentences.push(`All resampling started from seed ${String(design.seed)}.`);
  return sentences.join(' ');
}
