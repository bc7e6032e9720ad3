/**
 * Asks a session for the scan at a place, one question at a time; of places that come meanwhile the last one is asked.
 * The session is opened with the first question, and again when it has ended by itself.
 */
import type { LatentPlace } from '#contract/latent.ts';
import type { LatentView } from '#contract/latentCommands.ts';
import { AppError } from '#contract/errors.ts';
import { call } from '#bridge/bridge.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';

export interface Shown {
  readonly at: LatentPlace;
  readonly view: LatentView;
}

export interface AskedSession {
  /** The last answer. */
  readonly shown: Readonly<ShallowRef<Shown | null>>;
  readonly isAsking: Readonly<Ref<boolean>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  ask(at: LatentPlace): void;
}

export function useLatentSession(project: string, encoding: string): AskedSession {
  const shown = shallowRef<Shown | null>(null);
  const isAsking = ref(false);
  const error = shallowRef<ShownError | null>(null);
  let session: string | null = null;
  let wanted: LatentPlace | null = null;
  let isOver = false;

  async function answerTo(at: LatentPlace): Promise<LatentView> {
    const isFresh = session === null;
    session ??= (await call('latent.open', { project, encoding })).session;
    try {
      return await call('latent.show', { session, at });
    } catch (thrown) {
      session = null;
      if (isFresh || !(thrown instanceof AppError) || thrown.code !== 'wrong-state') throw thrown;
      return answerTo(at);
    }
  }

  async function work(): Promise<void> {
    isAsking.value = true;
    try {
      while (wanted !== null && !isOver) {
        const at: LatentPlace = wanted;
        wanted = null;
        shown.value = { at, view: await answerTo(at) };
      }
    } catch (thrown) {
      wanted = null;
      error.value = shownError(thrown);
    } finally {
      isAsking.value = false;
      if (isOver) close();
    }
  }

  function close(): void {
    if (session !== null) void call('latent.close', { session }).catch(() => undefined); // it ends by itself, too
    session = null;
  }
  onScopeDispose(() => {
    isOver = true;
    if (!isAsking.value) close();
  });

  return {
    shown,
    isAsking,
    error,
    ask: (at) => {
      wanted = at;
      error.value = null;
      if (!isAsking.value) void work();
    },
  };
}
