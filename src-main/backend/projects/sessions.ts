/** The projects a backend has open, each opened once, as owner or, for a single question, as an observer. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { inspectProject, openForObserver, openForOwner } from '../store/connection.ts';
import { acquireLock } from '../store/ownerLock.ts';
import { createStore, type Store } from '../store/store.ts';
import { recoverProject } from './recoverProject.ts';

/** A command line that only looks holds the lock for a moment; who wants to work waits for it. */
const lockWaitMs = 2000;

/** A project this process may write to. */
export interface OwnedProject {
  readonly dir: string;
  readonly store: Store;
  /** Settles once what a dead owner left has been put in order: await it before anything that starts or counts on jobs. */
  readonly ready: Promise<void>;
}

/** Enough to answer questions. */
export type ReadProject = Pick<OwnedProject, 'dir' | 'store'>;

export interface ProjectSessions {
  /** The project to write to; stays open until `close`. Throws `project-locked`, `project-newer`, `not-found` … */
  own(dir: string): Promise<OwnedProject>;
  /** Answers a question about a project, also while another process owns it. */
  read<Result>(dir: string, answer: (project: ReadProject) => Result): Promise<Result>;
  /** The project if this process owns it or can, null when another process does. */
  ownIfFree(dir: string): Promise<OwnedProject | null>;
  /** The folder of a project that was opened or asked about here; throws `not-found`. */
  dirOf(projectId: string): string;
  /** Closes one project, which may be deleted then; nothing happens when it is not open. */
  forget(dir: string): Promise<void>;
  close(): Promise<void>;
}

interface Opened {
  readonly project: OwnedProject;
  close(): Promise<void>;
}

interface OpenRequest {
  readonly dir: string;
  readonly waitMs: number;
  readonly orphanGraceMs: number;
}

async function openOwned({ dir, waitMs, orphanGraceMs }: OpenRequest): Promise<Opened> {
  inspectProject(dir);
  const lock = await acquireLock(dir, waitMs);
  try {
    const store = createStore(openForOwner(dir));
    try {
      const closing = new AbortController();
      const ready = recoverProject({ dir, store, orphanGraceMs, signal: closing.signal });
      ready.catch(() => undefined); // Whoever needs it awaits it and gets the error there.
      return {
        project: { dir, store, ready },
        close: async () => {
          closing.abort();
          await ready.catch(() => undefined);
          store.close();
          lock.release();
        },
      };
    } catch (thrown) {
      store.close();
      throw thrown;
    }
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

const isLocked = (thrown: unknown): boolean => thrown instanceof AppError && thrown.code === 'project-locked';

export function createProjectSessions(options: { readonly orphanGraceMs: number }): ProjectSessions {
  const opened = new Map<string, Promise<Opened>>();
  const dirs = new Map<string, string>();

  /** One folder, one key, however it is spelled. */
  const keyOf = (dir: string): string => {
    try {
      return realpathSync(dir);
    } catch {
      return resolve(dir); // It is not there: opening will say so.
    }
  };

  const open = async (dir: string, waitMs: number): Promise<OwnedProject> => {
    const key = keyOf(dir);
    const earlier = opened.get(key);
    if (earlier !== undefined) {
      const settled = await earlier.catch(() => null);
      if (settled !== null) return settled.project;
      return open(dir, waitMs); // That attempt failed and is forgotten: this one has its own patience.
    }
    const pending = openOwned({ dir: key, waitMs, orphanGraceMs: options.orphanGraceMs });
    opened.set(key, pending);
    try {
      const { project } = await pending;
      dirs.set(project.store.project.get().id, key);
      return project;
    } catch (thrown) {
      opened.delete(key);
      throw thrown;
    }
  };

  const ownIfFree = async (dir: string): Promise<OwnedProject | null> => {
    try {
      return await open(dir, 0);
    } catch (thrown) {
      if (isLocked(thrown)) return null;
      throw thrown;
    }
  };

  return {
    own: (dir) => open(dir, lockWaitMs),
    ownIfFree,

    read: async (dir, answer) => {
      const owned = await ownIfFree(dir);
      if (owned !== null) return answer(owned);
      const key = keyOf(dir);
      const store = createStore(openForObserver(key));
      try {
        dirs.set(store.project.get().id, key);
        return answer({ dir: key, store });
      } finally {
        store.close();
      }
    },

    dirOf: (projectId) => {
      const dir = dirs.get(projectId);
      if (dir === undefined) throw new AppError('not-found', `No project "${projectId}" is open.`);
      return dir;
    },

    forget: async (dir) => {
      const key = keyOf(dir);
      const settled = await opened.get(key)?.catch(() => null);
      opened.delete(key);
      await settled?.close();
    },

    close: async () => {
      const all = [...opened.values()];
      opened.clear();
      for (const pending of await Promise.allSettled(all)) {
        if (pending.status !== 'fulfilled') continue;
        await pending.value.close();
      }
    },
  };
}
