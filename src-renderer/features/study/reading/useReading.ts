/** A reader's way through a study: PIN, instructions, practice, one trial after the other, breaks, the end. */
import type { z } from 'zod';
import type { readingEvent, StudyAnswer } from '#contract/studies.ts';
import type { NextTrial, ReadingRules } from '#contract/studyCommands.ts';
import { AppError } from '#contract/errors.ts';
import { call } from '#bridge/bridge.ts';
import { useAttempt } from '#ui/useAttempt.ts';
import { ref, shallowRef } from 'vue';

export type Trial = Exclude<NextTrial, { readonly done: true }>;
export type Phase = 'choose' | 'instructions' | 'trial' | 'paused' | 'practiceOver' | 'break' | 'done';

/** A break is offered after so many trials in a row. */
const trialsToBreak = 25;

interface Place {
  readonly project: string;
  readonly study: string;
}

export function useReading({ project, study }: Place) {
  const phase = ref<Phase>('choose');
  const reader = ref('');
  const rules = shallowRef<ReadingRules | null>(null);
  /** Stays while a break or a pause covers it; null between an answer and the next one. */
  const trial = shallowRef<Trial | null>(null);
  /** Answers of each reader who sat here, by name. */
  const answered = shallowRef<ReadonlyMap<string, number>>(new Map());
  const { failure, isBusy, attempt } = useAttempt();
  let inARow = 0;
  let isSitting = false;
  let wasPractice = false;

  const place = (): Place & { reader: string } => ({ project, study, reader: reader.value });
  const tell = async (event: z.infer<typeof readingEvent>): Promise<void> => {
    await call('study.event', { ...place(), event });
  };

  /** One thing at a time. A backend that was started again has forgotten who gave a PIN: it is asked for once more. */
  const step = async (work: () => Promise<void>): Promise<boolean> => {
    if (isBusy.value) return false;
    return attempt(async () => {
      try {
        await work();
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.code === 'wrong-passphrase') {
          phase.value = 'choose';
          trial.value = null;
        }
        throw thrown;
      }
    });
  };

  async function next(): Promise<void> {
    const found = await call('study.next', place());
    if ('done' in found) {
      trial.value = null;
      isSitting = false;
      phase.value = 'done';
      return;
    }
    trial.value = found;
    if (wasPractice && !found.isPractice) {
      inARow = 0;
      phase.value = 'practiceOver';
    } else if (inARow >= trialsToBreak) {
      inARow = 0;
      await tell('break');
      phase.value = 'break';
    } else phase.value = 'trial';
    wasPractice = found.isPractice;
  }

  const noteAnswered = (count: number): void => {
    answered.value = new Map([...answered.value, [reader.value, count]]);
  };

  return {
    phase,
    reader,
    rules,
    trial,
    answered,
    failure,
    isBusy,
    unlock: (name: string, pin: string | null): Promise<boolean> =>
      step(async () => {
        reader.value = name;
        rules.value = await call('study.unlockReader', { ...place(), pin });
        noteAnswered(rules.value.answered);
        phase.value = rules.value.answered < rules.value.total ? 'instructions' : 'done';
      }),
    begin: (): Promise<boolean> =>
      step(async () => {
        inARow = 0;
        wasPractice = false;
        await tell('begin');
        isSitting = true;
        await next();
      }),
    answer: (answer: StudyAnswer): Promise<boolean> =>
      step(async () => {
        const current = trial.value;
        if (current === null) return;
        const progress = await call('study.answer', { ...place(), trial: current.trialId, answer });
        noteAnswered(progress.answered);
        trial.value = null;
        inARow++;
        await next();
      }),
    pause: (): Promise<boolean> =>
      step(async () => {
        if (phase.value !== 'trial') return;
        phase.value = 'paused'; // the scan goes at once
        await tell('pause');
      }),
    /** After a pause, a break, or practice. */
    goOn: (): Promise<boolean> =>
      step(async () => {
        if (phase.value !== 'practiceOver') await tell('resume');
        phase.value = 'trial';
      }),
    /** After an answer that was kept, but no next trial came. */
    tryAgain: (): Promise<boolean> => step(next),
    another: (): void => {
      reader.value = '';
      rules.value = null;
      phase.value = 'choose';
    },
    /** The reader gets up. What was answered is kept anyway, so that nothing holds the reader here. */
    leave: async (): Promise<void> => {
      if (isSitting) await tell('leave').catch(() => undefined);
      isSitting = false;
    },
  };
}
