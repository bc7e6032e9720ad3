/** Step 2: node_modules/.bin/node is Node 24, whatever Node the system has. */
import { existsSync, readFileSync, symlinkSync, unlinkSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { run, systemEnvironment } from './programs.mjs';
import { SetupError } from './setupError.mjs';

/** The first Node that runs TypeScript by leaving the types out, without a flag or a warning, as long-term release. */
const leastNode = 24;

/** @returns {Promise<{done: string}>} */
export async function provideRuntime({ root }) {
  const modules = join(root, 'node_modules');
  const node = join(modules, '.bin', 'node');
  const packaged = join(modules, `node-${process.platform}-${process.arch}`, 'package.json');
  if (existsSync(node)) {
    if (!existsSync(packaged)) return { done: 'ready' };
    return { done: `ready (${JSON.parse(readFileSync(packaged, 'utf8')).version})` };
  }
  const system = await run('node', ['-p', 'process.execPath + " " + process.versions.node'], {
    env: systemEnvironment(root),
  });
  const [path, version] = system.stdout.trim().split(' ');
  if (system.code !== 0 || Number.parseInt(version ?? '', 10) < leastNode) {
    throw new SetupError(
      `Node ${leastNode} or newer is needed. For ${process.platform} on ${process.arch} no package brings it along, so ` +
        `install it on the system (found: ${version ?? 'none'}) and run this again.`,
    );
  }
  if (lstatSync(node, { throwIfNoEntry: false })) unlinkSync(node); // a link that leads nowhere
  symlinkSync(path, node);
  return { done: `linked the system's (${version})` };
}
