/** Times of a trial: how long its scans are held back, and how long they were on the screen. */

/** Scans appear at whole multiples of this after they were asked for, so that small differences in loading say nothing. */
const stepMs = 1000;

/** How long to wait yet with scans that took `elapsedMs` to load. */
export function holdBackMs(elapsedMs: number): number {
  return Math.max(1, Math.ceil(elapsedMs / stepMs)) * stepMs - elapsedMs;
}

export interface Stopwatch {
  /** From zero. */
  start(): void;
  /** While it stands still no time passes. */
  stop(): void;
  /** Goes on from where it was stopped; does nothing before it was started. */
  goOn(): void;
  elapsedMs(): number;
}

/** `now` in milliseconds, of a clock that never jumps. */
export function createStopwatch(now: () => number): Stopwatch {
  let before = 0;
  let since: number | null = null;
  let isStarted = false;
  const elapsedMs = (): number => before + (since === null ? 0 : now() - since);
  return {
    start: () => {
      before = 0;
      since = now();
      isStarted = true;
    },
    stop: () => {
      before = elapsedMs();
      since = null;
    },
    goOn: () => {
      if (isStarted) since ??= now();
    },
    elapsedMs,
  };
}
