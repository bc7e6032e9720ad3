/**
 * The session of the latent explorer: a process that holds a network and its codes, and decodes what it is asked. There is
 * one at a time; it ends when it is closed, when another is opened, when nobody has asked for a while, and with the backend.
 */
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { LatentPlace } from '#contract/latent.ts';
import type { LatentSession, LatentView } from '#contract/latentCommands.ts';
import type { LatentShown } from '#contract/latentTasks.ts';
import { newId } from '../identifiers.ts';
import { describeCrash } from '../jobs/describeCrash.ts';
import { startWorker, type Worker } from '../jobs/workerProcess.ts';
import { checkpointDir, jobDir, sessionPrefix } from '../projects/layout.ts';
import type { ReadProject } from '../projects/sessions.ts';
import { requireCodes, volumesOfEncoding } from './prepareLatent.ts';
import { findEncoding, findFit, type FoundEncoding } from './results.ts';

/** A network in memory that nobody asks is let go after this. */
const idleMs = 10 * 60_000;
/** Answers whose files are kept: the one that is shown, and the one that takes its place. */
const keptAnswers = 2;

export interface LatentSessions {
  /** Ends the session before it; throws what kept the process from opening the network. */
  open(project: ReadProject, encoding: string): Promise<LatentSession>;
  /** Throws `wrong-state` for a session that is over, `not-found` for a place it does not know. */
  show(session: string, at: LatentPlace): Promise<LatentView>;
  close(session: string): Promise<void>;
  /** Where a file is that the session of this project has shown; null: it has not, or no longer. */
  pathOf(projectDir: string, id: string): string | null;
  closeAll(): Promise<void>;
}

interface Open {
  readonly id: string;
  readonly project: ReadProject;
  readonly found: FoundEncoding;
  readonly worker: Worker;
  readonly waiting: Map<number, PromiseWithResolvers<LatentShown>>;
  /** Of each answer: its number and its files by id. */
  readonly shown: { readonly number: number; readonly files: ReadonlyMap<string, string> }[];
  asked: number;
  idle: NodeJS.Timeout | undefined;
  /** Settles when the process has ended and its files are gone. */
  readonly over: Promise<void>;
}

export function createLatentSessions(options: { readonly idleMs?: number } = {}): LatentSessions {
  const patience = options.idleMs ?? idleMs;
  let current: Open | null = null;
  /** Sessions are opened and ended one after the other. */
  let turn: Promise<unknown> = Promise.resolve();

  const end = async (open: Open): Promise<void> => {
    clearTimeout(open.idle);
    open.worker.kill();
    await open.over;
  };
  const endCurrent = async (): Promise<void> => {
    const open = current;
    if (open !== null) await end(open);
  };
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = turn.then(work, work);
    turn = done.catch(() => undefined);
    return done;
  };
  const waitForQuestions = (open: Open): void => {
    clearTimeout(open.idle);
    open.idle = setTimeout(() => void inTurn(() => (current === open ? end(open) : Promise.resolve())), patience);
    open.idle.unref();
  };
  const find = (id: string): Open => {
    if (current?.id === id) return current;
    throw new AppError('wrong-state', 'The session of the latent explorer is over: it ends when another is opened, or when nothing is asked for a while. Open it again.'); // prettier-ignore
  };

  const start = async (project: ReadProject, encoding: string): Promise<LatentSession> => {
    const found = findEncoding(project, encoding);
    const folder = jobDir(project.dir, found.job.id);
    await removeLeftovers(folder);
    const id = newId('session');
    const out = join(folder, id);
    await mkdir(out, { recursive: true });
    const waiting: Open['waiting'] = new Map();
    const opened = Promise.withResolvers<number>();
    opened.promise.catch(() => undefined); // whoever opens is told
    const checkpoint = project.store.checkpoints.get(found.encoding.checkpoint);
    const logFile = join(out, 'log.txt');
    const log = openSync(logFile, 'a');
    const worker = startWorker({
      task: {
        kind: 'latent-session',
        checkpointDir: checkpointDir(project.dir, checkpoint),
        checkpointSha256: checkpoint.sha256,
        encodingDir: folder,
        affines: Object.fromEntries(
          volumesOfEncoding(project, found).map(({ id: volume, affine }) => [volume, affine]),
        ),
        out,
      },
      label: id,
      log,
      onMessage: (message) => {
        if (message.type === 'latent-opened') opened.resolve(message.latent);
        if (message.type === 'latent-shown') waiting.get(message.number)?.resolve(message);
      },
      describeFault: toErrorShape,
    });
    closeSync(log);
    const over = worker.ended.then(async (ending) => {
      if (current?.id === id) current = null;
      const { code, message } =
        ending.final?.type === 'failed'
          ? ending.final.error
          : ending.wasKilled
            ? ({ code: 'cancelled', message: 'The session of the latent explorer was ended.' } as const)
            : describeCrash(ending, logFile, 'Open the latent explorer again.');
      for (const { reject } of [opened, ...waiting.values()]) reject(new AppError(code, message));
      await rm(out, { recursive: true, force: true });
    });
    const open: Open = { id, project, found, worker, waiting, shown: [], asked: 0, idle: undefined, over };
    current = open;
    const latent = await opened.promise;
    waitForQuestions(open);
    return { session: id, encoding: found.job.id, latent };
  };

  /** The files by id; those of earlier answers go. */
  const keep = async (open: Open, { number, volume, difference }: LatentShown): Promise<Pick<LatentView, 'volume' | 'difference'>> => {
    const ids = { volume: `${open.id}-${String(number)}`, difference: `${open.id}-${String(number)}-difference` };
    open.shown.push({ number, files: new Map([[ids.volume, volume], [ids.difference, difference]]) });
    for (const { files } of open.shown.splice(0, Math.max(0, open.shown.length - keptAnswers)))
      for (const path of files.values()) await rm(path, { force: true });
    return ids;
  }; // prettier-ignore

  return {
    open: (project, encoding) =>
      inTurn(async () => {
        await endCurrent();
        return start(project, encoding);
      }),

    show: async (id, at) => {
      const started = performance.now();
      const open = find(id);
      const fitDir = at.kind === 'direction' ? fitFolder(open, at.fit) : null;
      requireCodes(open.found, at);
      waitForQuestions(open);
      const number = (open.asked += 1);
      const answer = Promise.withResolvers<LatentShown>();
      open.waiting.set(number, answer);
      open.worker.ask({ type: 'latent-ask', number, at, fitDir });
      const shown = await answer.promise;
      open.waiting.delete(number);
      const { mostDifference, score, isBeyond } = shown;
      const ids = await keep(open, shown);
      return { ...ids, mostDifference, score, isBeyond, seconds: (performance.now() - started) / 1000 };
    },

    close: (id) => inTurn(() => (current?.id === id ? end(current) : Promise.resolve())),

    pathOf: (projectDir, id) => {
      if (current?.project.dir !== projectDir) return null;
      return current.shown.map(({ files }) => files.get(id)).find((path) => path !== undefined) ?? null;
    },

    closeAll: () => inTurn(endCurrent),
  };
}

/** The folder of a fit on these codes. */
function fitFolder({ project, found }: Open, fitJob: string): string {
  const { job, fit } = findFit(project, fitJob);
  if (fit.encoding === found.job.id) return jobDir(project.dir, job.id);
  throw new AppError('usage', `The fit ${job.id} was made on other codes (${fit.encoding}). Open a session on those.`);
}

/** Of sessions that ended with the machine. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name.startsWith(sessionPrefix)) await rm(join(folder, name), { recursive: true, force: true });
}
