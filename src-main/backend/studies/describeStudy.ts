/** Studies as they are told outside: design and progress, never which scan is synthetic. */
import { existsSync } from 'node:fs';
import type { ReaderProgress, StudyDetail, StudySummary } from '#contract/studyCommands.ts';
import { answeredBy, readingState } from '#shared/study/readingState.ts';
import type { LockLine } from '#shared/study/studyLog.ts';
import type { ReadProject } from '../projects/sessions.ts';
import type { StudyRow } from '../store/studies.ts';
import { logPath, readChain, type Chain } from './chain.ts';
import { readProtocol } from './sealedFiles.ts';

const isSealed = ({ state }: StudyRow): boolean => state !== 'draft' && state !== 'ready';

function packOf(chain: Chain | null, reader: string): ReaderProgress['pack'] {
  const isOf = (type: 'merge' | 'export'): boolean =>
    chain?.lines.some((line) => line.type === type && line.data.reader === reader) === true;
  return isOf('merge') ? 'merged' : isOf('export') ? 'sent' : 'none';
}

/** The line that locked the study, here or where its pack was made. */
function lockIn(chain: Chain | null): LockLine | null {
  const first = chain?.lines[0];
  return first?.type === 'lock' ? first : first?.type === 'import' ? first.data.lock : null;
}

function readersOf({ dir }: ReadProject, study: StudyRow, chain: Chain | null): readonly ReaderProgress[] {
  const { trials, repeats, practice } = study.design;
  const state = chain === null ? null : readingState(readProtocol(dir, study.id), chain.lines);
  return study.readers.map(({ name, role, years, pin }) => {
    const reader = state?.readers.get(name);
    return {
      name,
      role,
      years,
      hasPin: pin !== null,
      answered: reader === undefined ? 0 : answeredBy(reader),
      total: trials + repeats + practice,
      isExcluded: (reader?.excluded ?? null) !== null,
      pack: packOf(chain, name),
    };
  });
}

/** What can be read of the log: a changed one is for `study verify` to tell. */
function chainOf({ dir }: ReadProject, study: StudyRow): Chain | null {
  const path = logPath(dir, study.id);
  return isSealed(study) && existsSync(path) ? readChain(path) : null;
}

function summarise(project: ReadProject, study: StudyRow, chain: Chain | null): StudySummary {
  const { id, name, state, createdAt, lockedAt, closedAt } = study;
  return { id, name, state, createdAt, lockedAt, closedAt, readers: readersOf(project, study, chain) };
}

export const summariseStudy = (project: ReadProject, study: StudyRow): StudySummary =>
  summarise(project, study, chainOf(project, study));

export function describeStudy(project: ReadProject, study: StudyRow): StudyDetail {
  const chain = chainOf(project, study);
  const lock = lockIn(chain);
  return {
    ...summarise(project, study, chain),
    design: study.design,
    job: study.jobId,
    fairness: study.fairness,
    warnings: study.warnings,
    commitments: lock === null ? null : { protocol: lock.data.protocolCommitment, key: lock.data.keyCommitment },
    logLines: chain?.lines.length ?? 0,
  };
}
