/** The backend's process, as the system lists it. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const lookEveryMs = 50;
const patienceMs = 60_000;

/** Waits for the backend that the application `parent` has started. */
export async function backendOf(parent: number, except?: number): Promise<number> {
  return waitFor(() => {
    const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
    const found = lines
      .map((line) => line.trim().split(/\s+/))
      .find(
        ([pid, ppid, ...args]) =>
          Number(ppid) === parent && Number(pid) !== except && args.join(' ').includes('processEntry.ts'),
      );
    return found === undefined ? undefined : Number(found[0]);
  });
}

export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}/stat`);
}

/** Looks until there is something; throws when there is nothing for a minute. */
export async function waitFor<Found>(look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`Waited in vain for: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
