/**
 * What a window needs of the system, on Linux: Electron's shared libraries and, for tests, a screen without a screen.
 * As root on Debian and its kin they are installed; anybody else is told what to install.
 */
import { run } from './programs.mjs';
import { SetupError } from './setupError.mjs';

const libraries = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libdrm2',
  'libxkbcommon0',
];

/**
 * @param {{executable: string, forTests: boolean, say: (text: string) => void}} options `executable`: Electron's
 * @returns {Promise<{done: string}>}
 */
export async function provideWindowPackages({ executable, forTests, say }) {
  if (process.platform !== 'linux') return { done: 'ready (nothing is needed)' };
  const before = await missing(executable, forTests);
  if (before.length === 0) return { done: 'ready' };
  const isDebian = (await run('apt-get', ['--version'])).code === 0;
  const names = [...libraries, ...(forTests ? ['xvfb'] : [])];
  const advice = `The window needs what is not on this system (${before.join(', ')}). Install it and run this again:\n`;
  if (!isDebian || process.getuid() !== 0) {
    throw new SetupError(
      `${advice}  Debian, Ubuntu   sudo apt-get install ${names.join(' ')}\n  elsewhere        the packages of the same libraries`,
    );
  }
  say(`installing ${names.join(' ')} …`);
  await run('apt-get', ['update']);
  const current = await Promise.all(names.map(currentName));
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const installed = await run('apt-get', ['install', '-y', '--no-install-recommends', ...current], options);
  const after = await missing(executable, forTests);
  if (after.length > 0) {
    throw new SetupError(
      `apt-get (exit ${String(installed.code)}) left out ${after.join(', ')}:\n${installed.stderr.trim()}`,
    );
  }
  return { done: 'installed' };
}

/** Shared libraries that the executable does not find, and Xvfb when tests need it. */
async function missing(executable, forTests) {
  const { stdout } = await run('ldd', [executable]);
  const absent = [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
  const hasScreen = !forTests || (await run('sh', ['-c', 'command -v Xvfb'])).code === 0;
  return hasScreen ? absent : [...absent, 'Xvfb'];
}

/** Since 2024, Debian and Ubuntu call some of them NAMEt64. */
async function currentName(name) {
  return (await run('apt-cache', ['show', `${name}t64`])).code === 0 ? `${name}t64` : name;
}
