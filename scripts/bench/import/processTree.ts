/** Memory of a process and its children while they run, as Linux tells it. */
import { readFileSync } from 'node:fs';

const pollMs = 100;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}

function treeOf(pid: string): string[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean);
  return [pid, ...children.flatMap(treeOf)];
}

/** Proportional set size in MiB: what processes share is counted once. */
function memoryMb(pid: string): number {
  const [, kilobytes = '0'] = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`)) ?? [];
  return Number(kilobytes) / 1024;
}

/** Watches until `stop`, which gives the most that all of them had at one moment, in MiB, and of how many. */
export function watchMemory(pid: number): { stop: () => { peakMb: number; processes: number } } {
  let [peakMb, processes] = [0, 0];
  const timer = setInterval(() => {
    const tree = treeOf(String(pid));
    peakMb = Math.max(
      peakMb,
      tree.map(memoryMb).reduce((sum, mb) => sum + mb, 0),
    );
    processes = Math.max(processes, tree.length);
  }, pollMs);
  return {
    stop: () => {
      clearInterval(timer);
      return { peakMb, processes };
    },
  };
}
