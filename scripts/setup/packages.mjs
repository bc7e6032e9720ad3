/** Step 1: node_modules holds what package-lock.json says. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './files.mjs';
import { reason, run, systemEnvironment } from './programs.mjs';
import { SetupError } from './setupError.mjs';

const stampFile = '.doppel-packages';

/** @returns {Promise<{done: string}>} */
export async function providePackages({ root, say }) {
  const modules = join(root, 'node_modules');
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lockText}`).digest('hex');
  if (readIfThere(join(modules, stampFile)) === stamp) return { done: 'ready' };
  if (isInstalled(JSON.parse(lockText), modules)) {
    writeFileSync(join(modules, stampFile), stamp);
    return { done: 'ready' };
  }
  say('installing packages …');
  const kept = readIfThere(join(modules, '.doppel-engine')); // npm ci empties the folder
  const result = await run(
    'npm',
    ['ci', '--ignore-scripts', '--include=optional', '--include=dev', '--no-audit', '--no-fund'],
    {
      cwd: root,
      env: systemEnvironment(root),
    },
  );
  if (result.code !== 0) {
    throw new SetupError(`npm ci could not install the packages (${String(result.code)}):\n${reason(result)}`);
  }
  mkdirSync(modules, { recursive: true });
  if (kept !== null) writeFileSync(join(modules, '.doppel-engine'), kept);
  writeFileSync(join(modules, stampFile), stamp);
  return { done: 'installed' };
}

/**
 * Whether npm has already installed exactly this lock file, as it has after `npm install` by hand: npm's own list of
 * what it installed is compared with it. Packages of other platforms may be absent.
 */
function isInstalled(lock, modules) {
  const text = readIfThere(join(modules, '.package-lock.json'));
  if (text === null) return false;
  const installed = JSON.parse(text).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true && !fits(wanted);
    return found.integrity === wanted.integrity && existsSync(join(modules, '..', path, 'package.json'));
  });
}

/** Whether an optional package is meant for this machine; one that names no system is some other package's part. */
function fits({ os, cpu, libc }) {
  if (os === undefined && cpu === undefined) return false;
  const names = (list, value) => list === undefined || [list].flat().includes(value);
  return names(os, process.platform) && names(cpu, process.arch) && names(libc, 'glibc');
}
