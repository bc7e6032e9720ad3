/** Starts `holdProject.ts` in a process of its own, killed when the test ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('./holdProject.ts', import.meta.url));

export interface Holder {
  readonly process: ChildProcess;
  /** The next line that contains `text`. */
  said(text: string): Promise<string>;
  /** As a power cut would: `kill -9`, and wait until it is gone. */
  kill(): Promise<void>;
}

export function startHolder(...args: readonly string[]): Holder {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const gone = new Promise<void>((resolve) => child.once('exit', () => { resolve(); })); // prettier-ignore
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return gone;
  };
  onTestFinished(kill);
  return {
    process: child,
    said: async (text) => {
      for (;;) {
        const next = await lines.next();
        if (next.done === true) throw new Error(`It ended without saying ${text}`);
        if (next.value.includes(text)) return next.value;
      }
    },
    kill,
  };
}
