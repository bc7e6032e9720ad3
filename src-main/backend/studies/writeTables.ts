/** Trials as tables for other programs: our own columns, and the input of FDA's iMRMC. */
import { stringify } from 'csv-stringify/sync';
import { AppError } from '#contract/errors.ts';
import type { Trial } from '#shared/study/trial.ts';

/** As `readTrials` reads it back: CSV after RFC 4180, empty cells for what is not known. */
export function trialsTable(trials: readonly Trial[]): string {
  const rows = trials.map((trial) => [
    trial.reader, trial.caseId, Number(trial.isSynthetic), trial.score, trial.reactionMs, trial.session, trial.order,
    trial.model, trial.repeat, trial.expertise,
  ]); // prettier-ignore
  const heading = [
    'reader',
    'case',
    'truth',
    'score',
    'reaction_ms',
    'session',
    'order',
    'model',
    'repeat',
    'expertise',
  ];
  return stringify([heading, ...rows], { record_delimiter: 'windows' });
}

/** iMRMC's word for the rows that hold the truth. */
const truthRow = 'truth';
/** The one condition there is. */
const modality = 'single';

/**
 * Input of iMRMC (R package, data frame `dfMRMC`): readerID, caseID, modalityID, score; the truth of each case (1:
 * synthetic) in rows of the reader "truth". First answers only. Throws `bad-input` where a reader has that name.
 */
export function imrmcTable(trials: readonly Trial[]): string {
  const first = trials.filter(({ repeat }) => repeat === 0);
  if (first.some(({ reader }) => reader === truthRow))
    throw new AppError(
      'bad-input',
      `iMRMC keeps the reader "${truthRow}" for the truth. Give that reader another name.`,
    );
  const truths = new Map(first.map(({ caseId, isSynthetic }) => [caseId, isSynthetic]));
  return stringify(
    [
      ['readerID', 'caseID', 'modalityID', 'score'],
      ...[...truths].map(([caseId, isSynthetic]) => [truthRow, caseId, truthRow, Number(isSynthetic)]),
      ...first.map(({ reader, caseId, score }) => [reader, caseId, modality, score]),
    ],
    { record_delimiter: 'windows' },
  );
}
