/** Processor time of child processes that have ended, as Linux counts it. */
import { readFile } from 'node:fs/promises';

const ticksASecond = 100; // of every Linux there is, in what /proc shows
/** After the name in brackets: user and system time of the children waited for (proc(5), cutime and cstime). */
const childTimes = [13, 14] as const;

/** Minutes so far; null on other systems. */
export async function childProcessorMinutes(): Promise<number | null> {
  const text = await readFile('/proc/self/stat', 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = childTimes.reduce((sum, at) => sum + Number(fields[at]), 0);
  return ticks / ticksASecond / 60;
}
