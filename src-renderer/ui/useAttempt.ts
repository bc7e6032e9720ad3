/** Tries something that can fail and keeps how it went, for the page to show. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { shownError, type ShownError } from './errorDetails.ts';

export interface Attempt {
  /** Of the last try; null while there is none. */
  readonly failure: ShallowRef<ShownError | null>;
  readonly isBusy: Readonly<Ref<boolean>>;
  /** Whether it went well. */
  attempt(work: () => Promise<unknown>): Promise<boolean>;
}

export function useAttempt(): Attempt {
  const failure = shallowRef<ShownError | null>(null);
  const isBusy = ref(false);
  return {
    failure,
    isBusy,
    attempt: async (work) => {
      isBusy.value = true;
      failure.value = null;
      try {
        await work();
        return true;
      } catch (thrown) {
        failure.value = shownError(thrown);
        return false;
      } finally {
        isBusy.value = false;
      }
    },
  };
}
