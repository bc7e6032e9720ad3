/** Makes the scans that a job has prepared the cases of their study. */
import type { Job, StudyRequest, WorkerMessage } from '#contract/jobs.ts';
import type { OwnedProject } from '../projects/sessions.ts';

export type CasesMessage = Extract<WorkerMessage, { type: 'study' }>;

/** Writes cases, fairness and the job as `finished`, in one transaction. */
export function registerCases(
  { store }: OwnedProject,
  finished: Job,
  { studyId }: StudyRequest,
  message: CasesMessage,
): Job {
  return store.transaction(() => {
    const study = store.studies.get(studyId);
    const selection = study.selection ?? [];
    if (selection.length !== message.cases.length)
      throw new Error('A study was prepared with other scans than its own.');
    store.studies.setCases(
      studyId,
      message.cases.map((one, index) => {
        const { pair = null, practice = false, truth = null } = selection[index] ?? {};
        return { ...one, pair, practice, truth };
      }),
    );
    store.studies.put({ ...study, state: 'ready', fairness: message.fairness, jobId: finished.id });
    store.jobs.update(finished);
    return finished;
  });
}
