/** How work stands that goes on in the background, and the colour that goes with its word (`ui.state.*`). */
import type { Tone } from './StateMark.vue';

export type RunState = 'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

export const runTones: Readonly<Record<RunState, Tone>> = {
  queued: 'plain',
  running: 'active',
  paused: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
  interrupted: 'warn',
};
