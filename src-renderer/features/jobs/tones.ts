/** The colour that goes with the word of what came of a file. */
import type { FileOutcome } from '#contract/records.ts';
import type { Tone } from '#ui/StateMark.vue';

export const outcomeTones: Readonly<Record<FileOutcome['status'], Tone>> = {
  imported: 'good',
  warning: 'warn',
  rejected: 'bad',
};
