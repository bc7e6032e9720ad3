/** Scans to walk with, drawn by the command line as a user would. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');
const node = join(root, 'node_modules', '.bin', 'node');
const program = join(root, 'src-main', 'cli', 'main.ts');

/** A BIDS data set of `count` brains in `folder`, which is made; returns where it is. */
export async function drawPhantoms(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const doppel = (...args: readonly string[]) => promisify(execFile)(node, [program, ...args], { cwd: folder });
  await doppel('project', 'create', 'drawing');
  await doppel('phantom', '--out', 'scans', '--count', String(count), '--seed', '1');
  return join(folder, 'scans');
}
