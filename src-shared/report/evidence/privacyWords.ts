/** What the search for copies means, in plain words: a verdict, and a statement that an ethics board can read. */
import type { Figure, Verdict } from '../../contract/evidence/figure.ts';
import type { PrivacyResult } from '../../contract/evidence/privacy.ts';
import { binomialUpper } from '../../statistics/binomial.ts';

/** What was measured, before words are found for it. */
export type MeasuredPrivacy = Omit<PrivacyResult, 'verdict' | 'statement' | 'notes'>;

/** Fewer synthetic scans than this are hardly more than examples. */
const fewSynthetic = 20;
/** Above it a scan is another's copy, whatever false alarms there are: people come nowhere near. */
const sure = 0.98;
/** Shares of suspects that false alarms explain less often than this are not theirs. */
const surprising = 0.05;

const percent = (value: number): string => `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
const counted = (n: number, noun: string): string => `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
const range = ({ low, high }: Figure): string =>
  low === null || high === null ? '' : ` (95 % interval ${percent(low)} to ${percent(high)})`;
const countOf = ({ value, n }: Figure): number => Math.round((value ?? 0) * n.synthetic);

/** Whether more are suspected than false alarms explain. */
function isMoreThanAlarms({ suspected, limit, scans }: MeasuredPrivacy): boolean {
  if (scans.some(({ isSuspected, similarity }) => isSuspected && similarity > sure)) return true;
  return limit.method === 'fixed' ? countOf(suspected) > 0 : binomialUpper(countOf(suspected), suspected.n.synthetic, limit.share) < surprising; // prettier-ignore
}

const whose = ({ targets }: MeasuredPrivacy): string => (targets === 'training' ? 'training scan' : 'real scan');

export function privacyVerdict(measured: MeasuredPrivacy): Verdict {
  const { suspected, limit, membership, targets, n } = measured;
  const count = countOf(suspected);
  const of = counted(n.synthetic, 'synthetic scan');
  if (count > 0 && isMoreThanAlarms(measured)) {
    return { tone: 'bad', words: `${String(count)} of ${of} ${count === 1 ? 'is a suspected copy' : 'are suspected copies'} of a ${whose(measured)}: nearer to it than scans of different people are.` }; // prettier-ignore
  }
  if (count > 0) {
    return { tone: 'mixed', words: `${String(count)} of ${of} ${count === 1 ? 'is a suspected copy' : 'are suspected copies'}; so few can be false alarms. Look at ${count === 1 ? 'it' : 'them'} beside the ${whose(measured)} before anything is released.` }; // prettier-ignore
  }
  if (targets === 'real') {
    return { tone: 'unknown', words: `None of ${of} is a suspected copy of the real scans given. Which scans the generator was trained on is not known: name them to have copies of them looked for.` }; // prettier-ignore
  }
  if (limit.method === 'fixed') {
    return { tone: 'unknown', words: `None of ${of} is an obvious copy of a training scan, but ${counted(limit.n, 'real scan')} are too few to say how near scans of different people come.` }; // prettier-ignore
  }
  const { value, low } = membership.voxels;
  if (value !== null && low !== null && low > 0.5) {
    return { tone: 'mixed', words: `None of ${of} is a suspected copy of a training scan, but training scans lie nearer to the synthetic ones than held-out scans do (AUC ${value.toFixed(2)}): the generator has kept something of whom it was trained on.` }; // prettier-ignore
  }
  return { tone: 'good', words: `None of ${of} is nearer to a training scan than scans of different people are.` };
}

function comparison(measured: MeasuredPrivacy): string {
  const { n, limit, targets } = measured;
  const judgedBy = limit.heldOut === limit.n ? `${counted(limit.n, 'scan')} of people whom nobody trained on` : `${counted(limit.n, 'real scan')} (${String(limit.heldOut)} of people whom nobody trained on; the others are training scans, each compared with those of other people)`; // prettier-ignore
  return `Each of ${counted(n.synthetic, 'synthetic scan')} was compared with each of ${counted(n.training, targets === 'training' ? 'training scan' : 'real scan')}${targets === 'training' ? '' : ' (which scans the generator was trained on was not said)'}, also mirrored, with its axes exchanged, shifted and slightly turned. What was compared is the structure of the brain, whatever its brightness; what all brains share was taken away first. How near two different people come was learnt from ${judgedBy}.`; // prettier-ignore
}

function result(measured: MeasuredPrivacy): string {
  const { suspected, limit, nearerThanAnyReal, doubles } = measured;
  const count = countOf(suspected);
  const rule =
    limit.method === 'fixed'
      ? `These are too few real scans to learn a limit from; a likeness above ${limit.similarity.toFixed(2)} was taken for a copy.`
      : `The limit was set so that, with ${percent(limit.confidence)} confidence, at most ${percent(limit.share)} of scans of new people would be called copies by mistake.`;
  const found = count === 0 ? 'No synthetic scan lies above it' : `${counted(count, 'synthetic scan')} ${count === 1 ? 'lies' : 'lie'} above it, ${percent(suspected.value ?? 0)} of them`; // prettier-ignore
  const held = count === 0 ? '' : ' Suspected copies of this project are held back from export until a person has looked at them and given a reason for their release.'; // prettier-ignore
  const nearer = `${counted(countOf(nearerThanAnyReal), 'synthetic scan')} ${countOf(nearerThanAnyReal) === 1 ? 'is' : 'are'} nearer to a ${whose(measured)} than every one of the real scans that the limit was learnt from.`; // prettier-ignore
  const twice = doubles.length === 0 ? '' : ` ${counted(doubles.length, 'real scan')} ${doubles.length === 1 ? 'was' : 'were'} left out of the limit: as near to another real scan as a copy, which one person scanned twice, or one file under two names, would be.`; // prettier-ignore
  return `${rule} ${found}${range(suspected)}. ${nearer}${held}${twice}`;
}

function attackWords({ membership, n }: MeasuredPrivacy): string {
  const { value, low, high } = membership.voxels;
  if (value === null)
    return 'Whether a stranger could tell from the synthetic scans who was trained on (membership inference) could not be measured: it takes two or more scans of people whom nobody trained on.';
  const interval = low === null || high === null ? '' : ` (95 % interval ${low.toFixed(2)} to ${high.toFixed(2)})`;
  const meaning = low !== null && low > 0.5 ? 'better than chance: something of who took part shows' : high !== null && low !== null && high - low > 0.3 ? 'not told from chance, but with so few scans that says little' : 'not told from chance (0.5)'; // prettier-ignore
  return `A stranger who has a person's scan and tries to tell from the synthetic scans whether that person was trained on succeeds with an area under the curve of ${value.toFixed(2)}${interval}, ${meaning}; ${String(n.training)} training scans against ${String(n.heldOut)} others.`; // prettier-ignore
}

const limits =
  'This is evidence, not proof, that the synthetic scans are copies of nobody. It rests on this cohort, this resolution and this search: a copy that was bent beyond shifts and turns of a few degrees, a copy in another contrast, of a part of a brain, or a mixture of few people may be missed, and rare features of one person (a lesion, an operation) may come back in a scan that is no copy. It is no formal guarantee such as differential privacy gives, and says nothing of what attacks on the network itself, rather than on its scans, could reveal. The opinion 28/2024 of the European Data Protection Board asks for such evidence case by case before a model trained on personal data is called anonymous; this page can be part of it and does not replace the judgement of those responsible. Where the training scans show faces, synthetic scans can: only scans without a face should be trained on.';

/** Paragraphs for the board, and notes for who reads the numbers. */
export function privacyStatement(measured: MeasuredPrivacy): Pick<PrivacyResult, 'statement' | 'notes'> {
  const { n, limit, targets, doubles, extractor } = measured;
  return {
    statement: [comparison(measured), result(measured), attackWords(measured), limits],
    notes: [
      ...(targets === 'real' ? ['Which scans the generator was trained on was not said: copies of the real scans were looked for.'] : []),
      ...(limit.method === 'normal' ? [`${counted(limit.n, 'real scan')} are fewer than the 59 of which one can be the limit itself: it comes from their mean and spread (a normal tolerance limit of Fisher’s z), and is not below the highest of them.`] : []),
      ...(limit.method === 'fixed' ? ['Fewer than 5 real scans: no limit can be learnt.'] : []),
      ...(n.synthetic < fewSynthetic ? [`${counted(n.synthetic, 'synthetic scan')} are few: synthesise some hundred before a share of copies is quoted.`] : []),
      ...(doubles.length > 0 ? [`Real scans as near as copies: ${doubles.map(({ id, nearest }) => `${id} and ${nearest}`).join('; ')}. Check whether they show one person.`] : []),
      ...(extractor === null ? [] : ['Distances in features are told beside the voxels and decide nothing: random features see what kind of scan it is rather than whose.']),
    ],
  };
} // prettier-ignore
