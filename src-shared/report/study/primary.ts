/** What a reader of the report sees first: the study, what speaks against it, the primary endpoint and its verdict. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import { escapeHtml } from '../html.ts';
import { note, numbersTable, type Section } from '../building.ts';
import { decimal, degrees, moment, percent, percentRange, percentWithRange, plural, probability } from './numbers.ts';
import { basis, methodWords, wordingOf } from './wording.ts';

const warning = (text: string): string => `<p class="warning">${escapeHtml(text)}</p>`;

/** All that a reviewer should know before any number. */
export function cautions({ study, unanswered, design }: StudyReport): readonly string[] {
  const { protocol, excluded, confidenceUse, repairs } = study;
  return [
    ...(protocol.overrideFairness === null
      ? []
      : [`The study was locked although trivial cues tell the scans apart. The reason given: ${protocol.overrideFairness}`]),
    ...protocol.fairness.cues.filter(({ verdict }) => verdict !== 'clear').map(({ words }) => words),
    ...protocol.warnings,
    ...excluded.map(({ reader, reason }) => `The answers of the reader ${reader} were left out. The reason given: ${reason}`),
    ...(unanswered > 0 ? [`${plural(unanswered, 'trial')} of the protocol ${unanswered === 1 ? 'was' : 'were'} not answered.`] : []),
    ...(confidenceUse === 'sureness'
      ? ['Some confidence disagreed with its verdict on the registered scale. All of it was read as how sure readers were (1 guessed to 6 certain), two steps as one score.']
      : []),
    ...(repairs > 0 ? [`${plural(repairs, 'line')} of the log ${repairs === 1 ? 'was' : 'were'} cut off by a crash and removed; nothing in them had been confirmed.`] : []),
    ...(design.readers < 3 ? ['With fewer than three readers, intervals for other readers are a little too narrow; compare the bootstrap’s.'] : []),
  ]; // prettier-ignore
}

export function header(report: StudyReport): string {
  const { study, design, pooled, mrmc } = report;
  const words = wordingOf(report);
  const fact = (title: string, value: string, small: string): string =>
    `<div><dt>${escapeHtml(title)}</dt><dd>${escapeHtml(value)} <small>${escapeHtml(small)}</small></dd></div>`;
  const accuracy = pooled.randomEffects;
  return `<h1>${escapeHtml(study.name)}</h1>
<p class="lead">A blinded reader study of real and synthetic brain scans. Registered and locked ${escapeHtml(moment(study.lockedAt))}, closed ${escapeHtml(moment(study.closedAt))}.</p>
<p class="verdict">${escapeHtml(report.tost.verdict)}</p>
<dl class="facts">
${fact('Mean accuracy of the readers', percent(accuracy?.estimate ?? pooled.accuracy), accuracy === null ? `${pooled.correct} of ${pooled.trials} answers` : `95 %${percentRange(accuracy.ci95)}, ${plural(accuracy.readers, 'reader')}`)}
${fact('Mean AUC', decimal(mrmc?.auc ?? null), mrmc === null ? 'not computed' : `95 % [${decimal(mrmc.ci95[0])}, ${decimal(mrmc.ci95[1])}]`)}
${fact('Readers', String(design.readers), study.excluded.length === 0 ? 'none left out' : `${study.excluded.length} left out`)}
${fact(`${words.items[0]?.toUpperCase() ?? ''}${words.items.slice(1)}`, String(design.realCases + design.syntheticCases), `${design.realCases} ${words.noise}, ${design.syntheticCases} ${words.signal}`)}
${fact('First answers', String(design.trials), `and ${plural(design.repeats, 'repeat')}`)}
</dl>
${cautions(report).map(warning).join('')}`;
}

/** Both tests of equivalence; the stricter one carries the verdict. */
export function primaryEndpoint(report: StudyReport): Section {
  const { tost, pooled } = report;
  const effects = pooled.randomEffects;
  const { randomEffects } = tost;
  const shown = (isShown: boolean): string => (isShown ? 'shown' : 'not shown');
  const rows = [
    ...(effects === null || randomEffects === null
      ? []
      : [['Random readers and random cases', percentWithRange(effects.estimate, effects.ci95), degrees(effects.df), probability(randomEffects.pLower), probability(randomEffects.pUpper), shown(randomEffects.equivalent)]]),
    ['Exact, all answers as if independent', percentWithRange(pooled.accuracy, pooled.wilson95), `N = ${pooled.trials}`, probability(tost.pLower), probability(tost.pUpper), shown(tost.equivalent)],
  ]; // prettier-ignore
  const low = percent(0.5 - tost.margin);
  const high = percent(0.5 + tost.margin);
  return {
    id: 'primary',
    title: 'Primary endpoint: equivalence to chance',
    html: `<p>Registered before the first reading: equivalence of the accuracy to 50 %, with a margin of ±${escapeHtml(percent(tost.margin))}, by two one-sided tests at ${escapeHtml(percent(tost.alpha))} each. Both have to reject for an accuracy between ${low} and ${high} to be claimed.</p>
${numbersTable('Two one-sided tests', ['Analysis', 'Accuracy [95 %]', 'df or N', `p: ${low} or less`, `p: ${high} or more`, 'Equivalence'], rows, [5])}
<p><strong>${escapeHtml(tost.verdict)}</strong></p>
${note(`Computed from ${basis(report, wordingOf(report))}. ${effects === null ? '' : `For random readers and random cases: ${methodWords(effects)}. `}Wilson’s interval takes answers as independent, which those of readers who share cases are not. That no difference is found is no evidence that there is none: only the tests above speak of equivalence.`)}`,
  };
}
