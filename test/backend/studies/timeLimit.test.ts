import { expect, test } from 'vitest';
import type { StudyProtocol } from '#contract/studies.ts';
import type { LogLine } from '#shared/study/studyLog.ts';
import { isLate } from '#shared/study/timeLimit.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + 1000 * second).toISOString();

/** Lines of the reader a, a second each as named: `['shown', 0], ['pause', 5]`. */
const linesOf = (...entries: readonly (readonly [string, number])[]): readonly LogLine[] =>
  entries.map(([what, second], index) => ({
    ...(what === 'shown'
      ? { type: 'shown' as const, data: { reader: 'a', trial: 't', cases: ['c'], index: 1 } }
      : { type: 'event' as const, data: { reader: 'a', event: what as 'pause' } }),
    index,
    at: at(second),
    previous: '',
    hash: '',
  }));

const protocol = { design: { timeLimitSeconds: 10 } } as StudyProtocol;
const late = (lines: readonly LogLine[], second: number): boolean =>
  isLate(protocol, lines, { reader: 'a', trial: 't', at: at(second) });

test('an answer is late by the times of the log, without pauses and what lies between sittings', () => {
  expect(late(linesOf(['shown', 0]), 11)).toBe(false); // two seconds for the way
  expect(late(linesOf(['shown', 0]), 13)).toBe(true);
  expect(late(linesOf(['shown', 0], ['pause', 5], ['resume', 60]), 66)).toBe(false);
  expect(late(linesOf(['shown', 0], ['pause', 5], ['resume', 60]), 68)).toBe(true);
  expect(late(linesOf(['shown', 0], ['break', 8], ['leave', 9], ['begin', 3600]), 3603)).toBe(false);
  expect(late(linesOf(['shown', 0], ['break', 8], ['leave', 9], ['begin', 3600]), 3605)).toBe(true);
  expect(late(linesOf(['shown', 0], ['begin', 3600]), 3605)).toBe(false); // the first sitting ended in a crash
  expect(late(linesOf(['begin', 0], ['shown', 1], ['resume', 4]), 14)).toBe(true); // was not paused
  expect(isLate({ design: { timeLimitSeconds: null } } as StudyProtocol, linesOf(['shown', 0]), { reader: 'a', trial: 't', at: at(9999) })).toBe(false); // prettier-ignore
});
