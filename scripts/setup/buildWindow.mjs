/** Builds the window (shell and interface) into out/ when its sources have changed since the last time. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './files.mjs';
import { withLock } from './lock.mjs';
import { reason, run } from './programs.mjs';
import { SetupError } from './setupError.mjs';

const sources = [
  'src-renderer',
  'src-shared',
  'src-main/shell',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
];

/**
 * @param {{root: string, say: (text: string) => void}} options
 * @returns {Promise<{done: string}>}
 */
export async function buildWindow({ root, say }) {
  const stamp = join(root, 'out', '.made-of');
  if (readIfThere(stamp) === hashOf(root)) return { done: 'ready' };
  return withLock(
    join(root, 'node_modules', '.doppel-build.lock'),
    { onWait: () => say('another build is at work; waiting …') },
    async () => {
      const hash = hashOf(root);
      if (readIfThere(stamp) === hash) return { done: 'ready' };
      say('building …');
      const node = join(root, 'node_modules', '.bin', 'node');
      const built = await run(node, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
        cwd: root,
      });
      if (built.code !== 0) throw new SetupError(`The window could not be built:\n${reason(built, 30)}`);
      writeFileSync(stamp, hash);
      return { done: 'built' };
    },
  );
}

/** Over names and contents: a file that was only touched builds nothing. */
function hashOf(root) {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((source) => filesOf(root, source)).sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(root, source) {
  const path = join(root, source);
  if (!existsSync(path)) return [];
  if (!source.includes('.')) {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  }
  return [source];
}
