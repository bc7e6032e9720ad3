/**
 * The unpacked application, dist/VARIANT/SYSTEM-unpacked: made anew when something that goes into it has changed since
 * the last time, else as it is there.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWindow } from '../setup/buildWindow.mjs';
import { provideEngine } from '../setup/engine.mjs';
import { readIfThere } from '../setup/files.mjs';
import { withLock } from '../setup/lock.mjs';
import { build } from './build.mjs';
import { placesIn } from './places.mjs';
import { stage, stagedSources } from './stage.mjs';

/** What the packages, the Electron and the engine come from is in the lock file and in the engine's key. */
const otherInputs = [
  'electron-builder.yml',
  'package.json',
  'package-lock.json',
  'out/.made-of',
  'scripts/package/*.mjs',
  'resources/{icons,launcher}/*',
];

/**
 * @param {object} options
 * @param {string} options.root
 * @param {'cpu' | 'gpu'} options.variant
 * @param {{executable: string, version: string}} options.electron
 * @param {(text: string) => void} options.say
 * @returns {Promise<{done: string, folder: string, executable: string, resources: string, missingFuses: string[]}>}
 */
export async function provideApplication({ root, variant, electron, say }) {
  await buildWindow({ root, say });
  const engine = await provideEngine({ root, variant, say });
  const places = placesIn(join(root, 'dist', variant));
  const stamp = join(root, 'dist', variant, '.made-of');
  const made = () => {
    const [hash, ...missingFuses] = readIfThere(stamp)?.split('\n') ?? [];
    return hash === hashOf(root, [engine.key, electron.version]) ? { ...places, missingFuses } : null;
  };
  const before = made();
  if (before !== null) return { done: 'ready', ...before };
  return withLock(`${stamp}.lock`, { onWait: () => say('another packaging is at work; waiting …') }, async () => {
    const meanwhile = made();
    if (meanwhile !== null) return { done: 'ready', ...meanwhile };
    const hash = hashOf(root, [engine.key, electron.version]);
    const staged = join(root, 'dist', variant, 'stage');
    for (const old of [stamp, staged, places.folder]) rmSync(old, { recursive: true, force: true });
    say('gathering …');
    await stage({ root, engine, folder: join(staged, 'doppel'), say });
    say('packaging …');
    const { missingFuses } = await build({ root, variant, electron, targets: ['dir'] });
    rmSync(staged, { recursive: true });
    writeFileSync(stamp, [hash, ...missingFuses].join('\n'));
    return { done: 'made', ...places, missingFuses };
  });
}

/** Over names and contents. */
function hashOf(root, words) {
  const hash = createHash('sha256').update(words.join('\n'));
  const patterns = [...otherInputs, ...stagedSources.flatMap((path) => [path, `${path}/**`])];
  for (const path of globSync(patterns, { cwd: root }).sort()) {
    if (!statSync(join(root, path)).isFile()) continue;
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}
