/** What cannot be in the log of a study that was read as it was planned. */
import type { StudyProtocol } from '../contract/studies.ts';
import { orderOf } from './readingState.ts';
import type { LogLine } from './studyLog.ts';
import { isLate } from './timeLimit.ts';

export interface ReadingFault {
  readonly line: LogLine;
  readonly problem: string;
}

/** The verdicts that answer the question of a study. */
export const verdictsOf = ({ design }: StudyProtocol): readonly string[] =>
  design.protocol === 'pair' ? ['first', 'second'] : ['real', 'synthetic'];

/**
 * Every trial is shown in its reader's order and once, and answered once, after it was shown and before the next, in the
 * words of the study; a late answer says that it is. `lines` of the log, merged ones in their place.
 */
export function readingFaults(protocol: StudyProtocol, lines: readonly LogLine[]): readonly ReadingFault[] {
  const orders = new Map(protocol.readers.map(({ name }) => [name, orderOf(protocol, name)]));
  const shown = new Map<string, { readonly reader: string; isAnswered: boolean }>();
  const last = new Map<string, string>(); // trial before each reader
  const counts = new Map<string, number>();
  const verdicts = verdictsOf(protocol);
  const faults: ReadingFault[] = [];
  const ofReader = Map.groupBy(lines, (line) => ('reader' in line.data ? line.data.reader : ''));
  for (const line of lines) {
    const note = (problem: string): void => {
      faults.push({ line, problem });
    };
    if (line.type === 'shown') {
      const { reader, trial, cases, index } = line.data;
      const expected = (counts.get(reader) ?? 0) + 1;
      counts.set(reader, expected);
      const showing = orders.get(reader)?.[index - 1];
      if (index !== expected || showing?.cases.join() !== cases.join()) note('shows a trial out of its order');
      if (shown.has(trial)) note('shows a trial for the second time');
      if (shown.get(last.get(reader) ?? '')?.isAnswered === false)
        note('shows a trial before the last one was answered');
      last.set(reader, trial);
      shown.set(trial, { reader, isAnswered: false });
    }
    if (line.type === 'answer') {
      const { reader, trial, answer } = line.data;
      const before = shown.get(trial);
      if (before?.reader !== reader) note('answers a trial that this reader was not shown');
      else if (before.isAnswered) note('answers a trial for the second time');
      else before.isAnswered = true;
      if (!verdicts.includes(answer.verdict)) note('answers another question than the study asks');
      const late = !answer.isTimedOut && isLate(protocol, ofReader.get(reader) ?? [], { reader, trial, at: line.at });
      if (late) note('came after the time limit and does not say so');
    }
  }
  return faults;
}
