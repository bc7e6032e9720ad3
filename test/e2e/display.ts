/** A screen of its own for a window under test: Xvfb, which picks a free number. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

const size = '1600x1000x24';

export interface Display {
  /** For the environment variable DISPLAY. */
  readonly name: string;
  close(): void;
}

export async function openDisplay(): Promise<Display> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const close = (): void => {
    process.off('exit', close);
    server.kill();
  };
  process.on('exit', close);
  const failed = once(server, 'error').then(([error]: unknown[]) => {
    throw new Error('Xvfb cannot be started: install the Debian package xvfb.', { cause: error });
  });
  const said = once(server.stdio[3] as Readable, 'data');
  const [number] = (await Promise.race([said, failed])) as [Buffer];
  return { name: `:${number.toString().trim()}`, close };
}
