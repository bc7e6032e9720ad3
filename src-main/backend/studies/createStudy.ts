/** Plans a study: its scans are chosen, and a job prepares them and tests that they are fair. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { CommandInput } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import type { StudyRemedy } from '#contract/studies.ts';
import { newId, now } from '../identifiers.ts';
import { startJob } from '../jobs/startJob.ts';
import type { Runner } from '../jobs/runner.ts';
import { studyDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { SelectedScan, StoredReader, StudyRow } from '../store/studies.ts';
import { requireOwn } from './ownStudy.ts';
import { hashPin } from './sealing.ts';
import { selectScans } from './selectScans.ts';

type CreateInput = Omit<CommandInput<'study.create'>, 'project'>;

function requirePossible({ design, readers }: CreateInput): void {
  const names = readers.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new AppError('usage', `There are two readers "${twice}". Give each another name.`);
  if (design.repeats >= design.trials)
    throw new AppError(
      'usage',
      `Of ${String(design.trials)} trials ${String(design.repeats)} cannot be repeated; at most all but one can.`,
    );
}

/** Each reader signs answers that come from another workstation with a key of his own (Ed25519). */
async function storedReader({ name, role, years, pin }: CreateInput['readers'][number]): Promise<StoredReader> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    name,
    role,
    years,
    pin: pin === null ? null : await hashPin(pin),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
  };
}

function warningsOf(selection: readonly SelectedScan[]): string[] {
  const seen = selection.filter(({ truth }) => truth.split === 'train').length;
  const unknown = selection.filter(({ truth }) => truth.isSynthetic && truth.checkpoint === null).length;
  return [
    ...(seen === 0
      ? []
      : [
          `${String(seen)} real scans are of the training part: a network may have learned them by heart, and a reader who finds no difference proves less.`,
        ]),
    ...(unknown === 0
      ? []
      : [`Of ${String(unknown)} synthetic scans nothing says which network made them, or with which seed.`]),
  ];
}

export async function createStudy(
  project: OwnedProject,
  runner: Runner,
  input: CreateInput,
): Promise<{ readonly study: StudyRow; readonly job: Job }> {
  const { store, dir } = project;
  const { design } = input;
  requirePossible(input);
  if (store.studies.hasName(design.name))
    throw new AppError('already-exists', `The project has a study "${design.name}" already. Choose another name.`);
  const selection = await selectScans(project, design);
  const draft: StudyRow = {
    id: newId('study'),
    name: design.name,
    state: 'draft',
    design,
    readers: await Promise.all(input.readers.map(storedReader)),
    selection: [...selection],
    fairness: null,
    warnings: warningsOf(selection),
    jobId: null,
    log: { length: 0, hash: '' },
    createdAt: now(),
    lockedAt: null,
    closedAt: null,
  };
  await mkdir(studyDir(dir, draft.id), { recursive: true });
  store.studies.put(draft);
  const job = prepare(project, runner, draft, []);
  return { study: store.studies.get(draft.id), job };
}

function prepare(project: OwnedProject, runner: Runner, study: StudyRow, remedies: readonly StudyRemedy[]): Job {
  const { store } = project;
  const { fingerprint: datasetFingerprint } = store.datasets.byName(study.design.real.dataset);
  const request = { kind: 'study' as const, studyId: study.id, remedies: [...remedies], seed: study.design.seed };
  const job = startJob({ project, runner, request, datasetFingerprint });
  store.studies.put({ ...study, state: 'draft', fairness: null, jobId: job.id });
  return job;
}

/** Prepares the scans anew, changed by `remedies`. Throws `wrong-state` once the study is locked. */
export function prepareAgain(
  project: OwnedProject,
  runner: Runner,
  { study, remedies }: { readonly study: StudyRow; readonly remedies: readonly StudyRemedy[] },
): Job {
  requireOwn(study, 'preparing its scans');
  if (study.selection === null)
    throw new AppError('wrong-state', `The study "${study.name}" is ${study.state}: its scans stay as they are.`);
  const job = study.jobId === null ? null : project.store.jobs.get(study.jobId);
  if (job?.state === 'queued' || job?.state === 'running')
    throw new AppError('wrong-state', `The scans of "${study.name}" are being prepared by job ${job.id}. Wait for its end.`); // prettier-ignore
  return prepare(project, runner, study, remedies);
}
