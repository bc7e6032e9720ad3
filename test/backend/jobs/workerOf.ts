/** Finds the worker process of a job, to end it as the system would. */
import { readdirSync, readFileSync } from 'node:fs';

/** Its process number: Linux lists the command lines of all processes, and a worker's has its job's id. */
export function workerOf(jobId: string): number {
  const found = readdirSync('/proc').find((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(jobId);
    } catch {
      return false; // It has ended meanwhile.
    }
  });
  if (found === undefined) throw new Error(`No process works on ${jobId}.`);
  return Number(found);
}
