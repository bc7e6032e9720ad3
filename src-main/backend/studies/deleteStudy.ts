/** Removes a study of which nothing has been promised yet. */
import { rm } from 'node:fs/promises';
import { AppError } from '#contract/errors.ts';
import { answeredBy, readingState } from '#shared/study/readingState.ts';
import { studyDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { readSoundChain } from './chain.ts';
import { readProtocol } from './sealedFiles.ts';

function requireDeletable(project: OwnedProject, study: StudyRow, discardAnswers: boolean): void {
  const { state, name } = study;
  if (state === 'locked' || state === 'closed')
    throw new AppError('wrong-state', `"${name}" is ${state} and stays: that a registered study was done must not be lost with its result. Its folder goes with the project.`); // prettier-ignore
  const job = study.jobId === null ? null : project.store.jobs.get(study.jobId);
  if (job?.state === 'queued' || job?.state === 'running')
    throw new AppError('wrong-state', `The scans of "${name}" are being prepared by job ${job.id}. Cancel it first.`);
  if (state !== 'reading' || discardAnswers) return;
  const { readers } = readingState(readProtocol(project.dir, study.id), readSoundChain(project, study.id).lines);
  const answered = [...readers.values()].reduce((sum, reader) => sum + answeredBy(reader), 0);
  if (answered > 0)
    throw new AppError('wrong-state', `"${name}" holds ${String(answered)} answers, which are nowhere else unless they were sent back. Send them with: doppel study answers. To delete them all the same, add --discard-answers`); // prettier-ignore
}

/** Throws `wrong-state`. The row goes first: a folder without one is a leftover that `project check` names. */
export async function deleteStudy(project: OwnedProject, study: StudyRow, discardAnswers: boolean): Promise<void> {
  requireDeletable(project, study, discardAnswers);
  project.store.studies.delete(study.id);
  await rm(studyDir(project.dir, study.id), { recursive: true, force: true });
}
