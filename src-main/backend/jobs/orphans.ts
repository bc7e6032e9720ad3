/** Worker processes that outlived the backend that started them. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const pollMs = 100;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process: '' when it has ended, null where the system does not tell. */
async function commandLine(pid: number): Promise<string | null> {
  if (!exists(pid)) return '';
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${String(pid)}/cmdline`, 'utf8');
    if (process.platform === 'darwin')
      return (await promisify(execFile)('ps', ['-p', String(pid), '-o', 'args='])).stdout;
  } catch {
    return ''; // It ended between the two looks.
  }
  return null;
}

interface Orphan {
  readonly pid: number;
  /** Workers carry it on their command line: a process number alone may by now be another program's. */
  readonly jobId: string;
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/** Returns when the worker is gone or `signal` fires; ends the worker after the grace period. */
export async function waitForOrphan({ pid, jobId, graceMs, signal }: Orphan): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (!signal.aborted) {
    const line = await commandLine(pid);
    if (line === '' || (line !== null && !line.includes(jobId))) return;
    if (performance.now() >= deadline) {
      if (line === null) return; // Not known to be ours: leave it alone.
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        return; // It ended between the look and the blow.
      }
    }
    await sleep(pollMs);
  }
}
