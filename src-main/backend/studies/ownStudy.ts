/** Where a study may be changed: on the workstation that locked it, or on that of the reader whose pack it came in. */
import { AppError } from '#contract/errors.ts';
import type { StudyRow } from '../store/studies.ts';

/** Throws `wrong-state` for a study that came in a reader pack. `what`: of what it is for the owner alone, in words. */
export function requireOwn({ state, name }: StudyRow, what: string): void {
  if (state !== 'reading') return;
  throw new AppError('wrong-state', `"${name}" came in a reader pack and can only be read here: ${what} is for the workstation where it was locked. Send the answers back with: doppel study answers`); // prettier-ignore
}

/** The reader of a study that came in a pack. Throws `wrong-state` for one that was locked here. */
export function packReader({ state, name, readers }: StudyRow): StudyRow['readers'][number] {
  const [reader] = readers;
  if (state === 'reading' && reader !== undefined) return reader;
  throw new AppError('wrong-state', `"${name}" did not come in a reader pack: its answers are in its own log already.`);
}

/** Throws `wrong-state` unless the study is locked here and not closed yet. */
export function requireLocked(study: StudyRow, what: string): void {
  requireOwn(study, what);
  if (study.state === 'locked') return;
  const why = study.state === 'closed' ? 'is closed: it takes no more answers.' : 'is not locked yet. Lock it with: doppel study lock'; // prettier-ignore
  throw new AppError('wrong-state', `The study "${study.name}" ${why}`);
}
