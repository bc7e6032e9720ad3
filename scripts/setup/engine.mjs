/**
 * Step 3: TensorFlow's native library, taken out of the wheel that the requirement file pins, in a cache that all clones
 * of a user share. A folder in the cache is complete or it is fetched again: it is filled beside its place, gets a list
 * of its files with their sizes, and is then renamed.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { reason, run } from './programs.mjs';
import { SetupError, missingProgram } from './setupError.mjs';

/** What of the wheels is kept: the two libraries, the C headers the binding includes, CUDA's libraries, the licences. */
const wantedFiles = [
  'tensorflow/libtensorflow_cc.*',
  'tensorflow/libtensorflow_framework.*',
  'tensorflow/include/tensorflow/c/*.h',
  'tensorflow/include/tensorflow/core/platform/ctstring*',
  'tensorflow/include/tsl/platform/ctstring*',
  'tensorflow/include/xla/tsl/c/*.h',
  'tensorflow/include/LICENSE',
  'nvidia/*/lib/*.so*',
  '*.dist-info/LICENSE*',
  '*.dist-info/License*',
  '*.dist-info/licenses/*',
];
const manifestFile = '.complete';
/** Wheels and what is unpacked of them, together at their largest, with a margin. */
const neededBytes = { cpu: 1.5e9, gpu: 9e9 };

/** The user's cache folder of this program. */
export function cacheFolder() {
  const given = process.env.XDG_CACHE_HOME;
  return join(given !== undefined && isAbsolute(given) ? given : join(homedir(), '.cache'), 'doppel');
}

/**
 * @param {{root: string, variant: 'cpu' | 'gpu', say: (text: string) => void}} options
 * @returns {Promise<{done: string, folder: string, key: string}>} `folder` holds `tensorflow/` (and `nvidia/`)
 */
export async function provideEngine({ root, variant, say }) {
  const { file, pins, platforms } = readRequirements(root, variant);
  const key = `${basename(file, '.txt')}-${digest(JSON.stringify([pins, wantedFiles]))}`;
  const engines = join(cacheFolder(), 'engine');
  const folder = join(engines, key);
  const name = pins[0].split(' ').slice(0, 2).join(' '); // TensorFlow stands first in every file
  if (fault(folder) === null) return { done: `ready (${name})`, folder, key };

  return withLock(`${folder}.lock`, { onWait: () => say('another set-up is fetching it; waiting …') }, async () => {
    const damage = fault(folder);
    if (damage === null) return { done: `ready (${name})`, folder, key };
    removeLeftovers(engines, key);
    if (existsSync(folder)) say(`the cached copy is damaged (${damage}); fetching it again …`);
    else say(`fetching ${name}${pins.length > 1 ? ` and ${pins.length - 1} CUDA libraries, 3 GB` : ''} …`);
    const fresh = join(engines, `.fresh-${key}-${randomBytes(4).toString('hex')}`);
    try {
      mkdirSync(fresh, { recursive: true });
      checkSpace(engines, variant);
      await fill({ fresh, file, platforms, say });
      if (existsSync(folder)) {
        // A program that runs from the damaged copy keeps the files it has open.
        const aside = join(engines, `.old-${key}-${randomBytes(4).toString('hex')}`);
        renameSync(folder, aside);
        rmSync(aside, { recursive: true, force: true });
      }
      renameSync(fresh, folder);
    } catch (error) {
      if (error.code === 'ENOSPC')
        throw new SetupError(`The disk that holds ${engines} is full. Free some space and run this again.`);
      throw error;
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
    return { done: `${damage === 'not there' ? 'fetched' : 'repaired'} (${name})`, folder, key };
  });
}

/** Downloads the pinned wheels, keeps what is wanted of each and writes the list of it. */
async function fill({ fresh, file, platforms, say }) {
  await needPip();
  const wheels = join(fresh, '.wheels');
  mkdirSync(wheels);
  const download = await run(
    'python3',
    [
      ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-cache-dir', '--quiet', '--progress-bar', 'off'],
      ...['--no-deps', '--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp'],
      ...platforms.flatMap((tag) => ['--platform', tag]),
      ...['--require-hashes', '-r', file, '-d', wheels],
    ],
    // pip's own temporary files are as large as the wheels: beside them there is room, in /tmp there may be none.
    { env: { ...process.env, TMPDIR: wheels, PIP_REQUIRE_VIRTUALENV: 'false' } },
  );
  if (download.code !== 0) {
    throw new SetupError(
      `pip could not get what ${basename(file)} names (exit ${String(download.code)}). Is the package index reachable from ` +
        `here (pip config list)? pip said:\n${reason(download)}`,
    );
  }
  const files = {};
  const found = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
  for (const [index, wheel] of found.entries()) {
    say(found.length === 1 ? 'unpacking …' : `unpacking ${index + 1} of ${found.length}: ${wheel.split('-')[0]} …`);
    const unpacked = await run('python3', [
      fileURLToPath(new URL('unpack.py', import.meta.url)),
      join(wheels, wheel),
      fresh,
      JSON.stringify(wantedFiles),
    ]);
    if (unpacked.code !== 0) throw new SetupError(`${wheel} could not be unpacked:\n${reason(unpacked)}`);
    Object.assign(files, JSON.parse(unpacked.stdout));
    rmSync(join(wheels, wheel));
  }
  rmSync(wheels, { recursive: true });
  writeFileSync(join(fresh, manifestFile), JSON.stringify({ files }, null, 1), { flush: true });
}

/** What is wrong with a cached engine, or null: every file of its list must be there at its full size. */
function fault(folder) {
  if (!existsSync(folder)) return 'not there';
  let files;
  try {
    files = JSON.parse(readFileSync(join(folder, manifestFile), 'utf8')).files;
  } catch {
    return 'its list of files cannot be read';
  }
  for (const [path, size] of Object.entries(files)) {
    const found = statSync(join(folder, path), { throwIfNoEntry: false });
    if (found === undefined) return `${path} is missing`;
    if (found.size !== size) return `${path} has ${found.size} bytes in place of ${size}`;
  }
  return null;
}

function readRequirements(root, variant) {
  const folder = join(root, 'resources', 'engine');
  const machine = `${process.platform}-${process.arch}`;
  const file = join(folder, `${machine}-${variant}.txt`);
  if (!existsSync(file)) {
    const known = readdirSync(folder)
      .map((name) => basename(name, '.txt'))
      .sort()
      .join(', ');
    const advice = process.platform === 'win32' ? ' On Windows, use the Linux subsystem (WSL 2).' : '';
    throw new SetupError(`There is no ${variant} engine for ${machine}; there is one for: ${known}.${advice}`);
  }
  const lines = readFileSync(file, 'utf8').replaceAll('\\\n', ' ').split('\n');
  const platforms = lines.flatMap((line) => /^# platform: (\S+)$/.exec(line)?.[1] ?? []);
  const pins = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.replace('==', ' '));
  return { file, platforms, pins: pins.map((pin) => pin.replace(/\s+/g, ' ').trim()) };
}

async function needPip() {
  const python = await run('python3', ['--version']);
  if (python.code !== 0) throw missingProgram('python3', 'fetch the engine (with pip) and unpack it');
  const pip = await run('python3', ['-m', 'pip', '--version']);
  if (pip.code !== 0) throw missingProgram('pip', 'fetch the engine');
}

/** What set-ups that were killed left behind: under the lock, nobody is working on them. */
function removeLeftovers(engines, key) {
  for (const name of readdirSync(engines)) {
    if (name.startsWith(`.fresh-${key}-`) || name.startsWith(`.old-${key}-`))
      rmSync(join(engines, name), { recursive: true, force: true });
  }
}

function checkSpace(folder, variant) {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= neededBytes[variant]) return;
  const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new SetupError(
    `The engine needs ${gigabytes(neededBytes[variant])} for a moment in ${dirname(folder)}, where ${gigabytes(free)} are free. ` +
      'Free some space, or let XDG_CACHE_HOME name a folder on a larger disk, and run this again.',
  );
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
