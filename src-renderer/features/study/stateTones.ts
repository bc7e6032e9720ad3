/** The colour that goes with the word of a study's state. */
import type { StudyState } from '#contract/studies.ts';
import type { Tone } from '#ui/StateMark.vue';

export const stateTones: Readonly<Record<StudyState, Tone>> = {
  draft: 'warn',
  ready: 'plain',
  locked: 'active',
  reading: 'active',
  closed: 'good',
};
