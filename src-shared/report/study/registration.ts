/** What was registered before the first reading, how anyone can check it, and whether the scans were alike. */
import type { StudyReport } from '../../contract/studyCommands.ts';
import { commandList } from '../html.ts';
import { factsTable, list, note, numbersTable, paragraph, type Section } from '../building.ts';
import { decimal, moment, none, percent, plural, withRange } from './numbers.ts';
import { cautions } from './primary.ts';

const splitWords = { heldout: 'held out from training', train: 'trained on', all: 'all, trained on or not' } as const;

function designTable({ study }: StudyReport): string {
  const { design, cases, practice } = study.protocol;
  return factsTable([
    ['Question', design.protocol === 'pair' ? 'which of two scans is synthetic, first or second' : 'is this scan real or synthetic'],
    ['Answer', `verdict and confidence, six scores${design.realism ? '; realism from 1 to 5' : ''}`],
    ['Real scans', `dataset “${design.real.dataset}”, ${splitWords[design.real.split]}`],
    ['Trials a reader', `${design.trials}, of which ${design.repeats} once more; ${plural(design.practice, 'practice trial')} before, not analysed`],
    ['Scans prepared', `${cases.length}, of which ${practice.length} for practice`],
    ['Order', `drawn for each reader from seed ${design.seed}; no feedback`],
    ['Time for an answer', design.timeLimitSeconds === null ? 'free' : `${design.timeLimitSeconds} s`],
    ['Tools', design.tools.length === 0 ? 'none' : design.tools.join(', ')],
    ['Margin of equivalence', `±${percent(design.margin)}`],
    ['Locked', `${moment(study.lockedAt)}, with Doppel ${study.version}`],
    ['Closed', moment(study.closedAt)],
  ]); // prettier-ignore
}

const readersTable = ({ study }: StudyReport): string =>
  numbersTable(
    'Readers',
    ['Reader', 'Role', 'Years', 'Left out'],
    study.protocol.readers.map(({ name, role, years }) => [
      name,
      role === '' ? none : role,
      years === null ? none : String(years),
      study.excluded.find(({ reader }) => reader === name)?.reason ?? 'no',
    ]),
    [1, 3],
  );

/** Commitments are SHA-256 over the salt and the file's text without its last line break. */
function commitmentChecks({ study }: StudyReport): readonly { readonly purpose: string; readonly command: string }[] {
  const { commitments } = study;
  const of = (salt: string, file: string): string => `(printf %s ${salt}; tr -d '\\n' < ${file}) | sha256sum`;
  return [
    { purpose: 'Protocol, in the study’s folder; the result is its commitment:', command: of(commitments.protocolSalt, 'protocol.json') },
    { purpose: 'Key, as it was opened at the close:', command: of(commitments.keySalt, 'opened.json') },
    { purpose: 'Everything else (log, scans, order, answers):', command: `doppel study verify --project PROJECT.doppel --study ${study.id}` },
  ];
} // prettier-ignore

export function registrationSection(report: StudyReport): Section {
  const { study } = report;
  const { commitments } = study;
  const noted = cautions(report);
  return {
    id: 'registration',
    title: 'Registration and seal',
    html: `${designTable(report)}${readersTable(report)}
<h3>Commitments</h3>
${factsTable([
  ['Protocol, SHA-256', commitments.protocol],
  ['Protocol, salt', commitments.protocolSalt],
  ['Key, SHA-256', commitments.key],
  ['Key, salt', commitments.keySalt],
  ['Log, last hash', `${study.lastHash} (${plural(study.logLines, 'line')})`],
])}
${paragraph('Protocol and key were committed to in the first line of the log, before any scan was shown. To recompute them:')}
${commandList(commitmentChecks(report))}
<h3>Warnings, exclusions and overrides</h3>
${noted.length === 0 ? note('None.') : list(noted)}`,
  };
}

const verdictWords = { clear: 'no cue', possible: 'not excluded', cue: 'cue' } as const;

export function fairnessSection({ study }: StudyReport): Section {
  const { fairness, overrideFairness } = study.protocol;
  const rows = fairness.cues.map(({ cue, auc, ci95, verdict }) => [cue, withRange(auc, ci95), verdictWords[verdict]]);
  const remedies = fairness.remedies.length === 0 ? 'No remedy was applied.' : `Applied before, to all scans alike: ${fairness.remedies.join(', ')}.`; // prettier-ignore
  const override = overrideFairness === null ? '' : paragraph(`The lock was forced: ${overrideFairness}`);
  return {
    id: 'fairness',
    title: 'Were the scans alike but for the brain?',
    html: `${numbersTable('Trivial cues', ['Cue', 'AUC [95 %]', 'Verdict'], rows, [2])}
${note(`Cross-validated linear classifiers, ${fairness.folds} folds, ${plural(fairness.rounds, 'round')}, ${fairness.real} real and ${fairness.synthetic} synthetic scans as prepared. A cue: AUC above ${decimal(fairness.limit, 1)} and beyond chance. ${remedies}`)}
${list(fairness.cues.map(({ words }) => words))}${override}`,
  };
}
