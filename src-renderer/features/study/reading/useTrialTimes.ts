/** When the scans of a trial are shown, for how long they may be, and how long the reader has looked. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';
import { createStopwatch, holdBackMs } from './stopwatch.ts';

const tickMs = 200;

export interface TrialTimes {
  /** Whether the scans are on the screen, or were until the time was over. */
  readonly isShown: Readonly<Ref<boolean>>;
  readonly isTimeOver: Readonly<Ref<boolean>>;
  /** null: free. */
  readonly secondsLeft: Readonly<Ref<number | null>>;
  /** The scans were asked for. */
  ask(): void;
  /** They can be shown. */
  loaded(): void;
  reactionMs(): number;
}

/** `isPaused` and `limitSeconds` are read reactively. */
export function useTrialTimes(isPaused: () => boolean, limitSeconds: () => number | null): TrialTimes {
  const isShown = ref(false);
  const isTimeOver = ref(false);
  const secondsLeft = ref<number | null>(null);
  const watchOfTrial = createStopwatch(() => performance.now());
  let askedAt = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    const limit = limitSeconds();
    if (limit === null || !isShown.value) return;
    const left = limit - watchOfTrial.elapsedMs() / 1000;
    secondsLeft.value = Math.max(0, Math.ceil(left));
    if (left <= 0) isTimeOver.value = true;
  }
  const ticking = setInterval(look, tickMs);
  onScopeDispose(() => {
    clearInterval(ticking);
    clearTimeout(waiting);
  });

  function show(): void {
    isShown.value = true;
    watchOfTrial.start();
    if (isPaused()) watchOfTrial.stop();
    look();
  }
  watch(isPaused, (paused) => {
    if (paused) watchOfTrial.stop();
    else if (isShown.value) watchOfTrial.goOn();
  });
  return {
    isShown,
    isTimeOver,
    secondsLeft,
    ask: () => {
      clearTimeout(waiting);
      isShown.value = false;
      isTimeOver.value = false;
      secondsLeft.value = limitSeconds();
      askedAt = performance.now();
    },
    loaded: () => {
      waiting = setTimeout(show, holdBackMs(performance.now() - askedAt));
    },
    reactionMs: () => watchOfTrial.elapsedMs(),
  };
}
