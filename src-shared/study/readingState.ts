/** Where the readers of a study are: all of it follows from the protocol and the log. */
import type { StudyAnswer, StudyProtocol } from '../contract/studies.ts';
import { withMerged, type LogLine } from './studyLog.ts';
import { trialOrder, type Showing } from './trialOrder.ts';

export interface ShownTrial {
  readonly trialId: string;
  readonly showing: Showing;
  /** From 1. */
  readonly index: number;
  /** Which sitting of the reader: it begins with each `begin` event. */
  readonly session: number;
  readonly answer: StudyAnswer | null;
}

export interface ReaderState {
  readonly order: readonly Showing[];
  /** In the order they were shown; only the last can be without an answer. */
  readonly shown: readonly ShownTrial[];
  /** Why the reader was left out; null: was not. */
  readonly excluded: string | null;
}

export interface ReadingState {
  readonly readers: ReadonlyMap<string, ReaderState>;
  readonly isClosed: boolean;
}

interface Building {
  readonly order: readonly Showing[];
  readonly shown: ShownTrial[];
  session: number;
  excluded: string | null;
}

/** What is judged in trials and in practice: single scans, or pairs. */
function itemsOf(protocol: StudyProtocol): {
  readonly items: readonly (readonly string[])[];
  readonly practice: readonly (readonly string[])[];
} {
  const isPractice = new Set(protocol.practice);
  const all: readonly (readonly string[])[] =
    protocol.design.protocol === 'pair' ? protocol.pairs : protocol.cases.map(({ id }) => [id]);
  return {
    items: all.filter(([first = '']) => !isPractice.has(first)),
    practice: all.filter(([first = '']) => isPractice.has(first)),
  };
}

export function orderOf(protocol: StudyProtocol, reader: string): readonly Showing[] {
  const { seed, repeats } = protocol.design;
  return trialOrder({ seed, reader, repeats, ...itemsOf(protocol) });
}

/** Lines of readers or trials that are not there are passed over: verifying a study names them. */
export function readingState(protocol: StudyProtocol, lines: readonly LogLine[]): ReadingState {
  const readers = new Map<string, Building>(
    protocol.readers.map(({ name }) => [
      name,
      { order: orderOf(protocol, name), shown: [], session: 0, excluded: null },
    ]),
  );
  let isClosed = false;
  for (const line of withMerged(lines)) {
    if (line.type === 'close') isClosed = true;
    const reader = 'reader' in line.data ? readers.get(line.data.reader) : undefined;
    if (reader === undefined) continue;
    if (line.type === 'event' && line.data.event === 'begin') reader.session++;
    if (line.type === 'exclude') reader.excluded = line.data.reason;
    if (line.type === 'shown') {
      const showing = reader.order[line.data.index - 1];
      if (showing === undefined) continue;
      const { trial: trialId, index } = line.data;
      reader.shown.push({ trialId, showing, index, session: reader.session, answer: null });
    }
    if (line.type === 'answer') {
      const { trial, answer } = line.data;
      const at = reader.shown.findIndex(({ trialId }) => trialId === trial);
      const shown = reader.shown[at];
      if (shown !== undefined) reader.shown[at] = { ...shown, answer };
    }
  }
  return { readers, isClosed };
}

export const answeredBy = ({ shown }: ReaderState): number => shown.filter(({ answer }) => answer !== null).length;
