/** Guessing a PIN or a passphrase takes longer with every wrong one, also from a new process. */
import { AppError } from '#contract/errors.ts';
import { now } from '../identifiers.ts';
import type { OwnedProject } from '../projects/sessions.ts';

/** Typing errors cost nothing. */
const freeFailures = 3;
const firstWaitMs = 5000;
const longestWaitMs = 15 * 60 * 1000;

/** 0, 0, 0, 5 s, 10 s, 20 s … 15 min. */
const waitAfter = (failures: number): number =>
  failures < freeFailures ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - freeFailures));

interface Secret {
  readonly studyId: string;
  /** 'passphrase', or 'pin ' and the reader's name. */
  readonly secret: string;
}

/**
 * Runs `attempt`, which throws `wrong-passphrase` for a wrong one. Throws `wrong-passphrase` without trying while the
 * time since the last failures is too short. An attempt counts from its beginning: many at once are no way round.
 */
export async function attempting<Result>(
  { store }: OwnedProject,
  { studyId, secret }: Secret,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const { failures, lastAt } = store.studies.attempts(studyId, secret);
  const leftMs = waitAfter(failures) - Math.abs(Date.now() - Date.parse(lastAt));
  if (leftMs > 0)
    throw new AppError('wrong-passphrase', `There were ${String(failures)} wrong attempts in a row. Wait ${String(Math.ceil(leftMs / 1000))} s, then try again.`); // prettier-ignore
  store.studies.setAttempts(studyId, secret, { failures: failures + 1, lastAt: now() });
  try {
    const result = await attempt();
    store.studies.setAttempts(studyId, secret, { failures: 0, lastAt: now() });
    return result;
  } catch (thrown) {
    const isWrong = thrown instanceof AppError && thrown.code === 'wrong-passphrase';
    const all = store.studies.attempts(studyId, secret).failures; // with those that were made meanwhile
    store.studies.setAttempts(
      studyId,
      secret,
      isWrong ? { failures: all, lastAt: now() } : { failures: all - 1, lastAt },
    );
    throw thrown;
  }
}
