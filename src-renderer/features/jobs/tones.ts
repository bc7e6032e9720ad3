/** The colour that goes with the word of a state. */
import type { FileOutcome, JobState } from '#contract/records.ts';
import type { Tone } from '#ui/StateMark.vue';

export const stateTones: Readonly<Record<JobState, Tone>> = {
  queued: 'plain',
  running: 'active',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
  interrupted: 'warn',
};

export const outcomeTones: Readonly<Record<FileOutcome['status'], Tone>> = {
  imported: 'good',
  warning: 'warn',
  rejected: 'bad',
};
