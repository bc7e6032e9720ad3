/** How long a reader had a trial on the screen, by the times of the log alone. */
import type { StudyProtocol } from '../contract/studies.ts';
import { withMerged, type LogLine } from './studyLog.ts';

/** From the clock's end on the screen to the answer's arrival. */
const graceMs = 2000;

/**
 * Milliseconds from the showing of a trial to `at` (ISO 8601). Pauses, breaks and the time between two sittings do not
 * count; of a sitting that a crash ended, the time since its last line is not known and does not count either.
 */
function displayedMs(
  lines: readonly LogLine[],
  { reader, trial, at }: { readonly reader: string; readonly trial: string; readonly at: string },
): number {
  let total = 0;
  let isShown = false;
  let since: number | null = null;
  for (const line of withMerged(lines)) {
    if (!('reader' in line.data) || line.data.reader !== reader) continue;
    const time = Date.parse(line.at);
    if (line.type === 'shown' && line.data.trial === trial) [isShown, since] = [true, time];
    if (!isShown || line.type !== 'event') continue;
    if (line.data.event === 'begin') since = time;
    else if (line.data.event === 'resume') since ??= time;
    else if (since !== null) [total, since] = [total + time - since, null];
  }
  return since === null ? total : total + Date.parse(at) - since;
}

/** Did an answer at `at` come after the time limit of its study? */
export function isLate(
  { design: { timeLimitSeconds } }: StudyProtocol,
  lines: readonly LogLine[],
  answer: { readonly reader: string; readonly trial: string; readonly at: string },
): boolean {
  return timeLimitSeconds !== null && displayedMs(lines, answer) > 1000 * timeLimitSeconds + graceMs;
}
